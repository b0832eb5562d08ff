import { useQueries } from '@tanstack/react-query'
import { request } from '../api/client'
import type { DocumentMeta, Field, RecordData, Reference } from '../api/types'
import { type Translate, useT } from '../app/i18n/language'
import { useApplication, useDocumentMeta } from '../app/application'
import type { Condition } from './query'
import { formatNumber } from '../shared/decimal'
import { formatInstant } from '../shared/instants'
import { isNumberType, referenceText, rowReference } from './values'

export interface Option {
  value: string
  label: string
}

export function filterOptions(meta: DocumentMeta, field: Field): Option[] {
  if (field.name === 'state') return meta.states.map((state) => ({ value: state.key, label: state.label }))
  return field.choices ?? []
}

/** The records a reference filter names by id, so that a bookmarked list can say their names. */
export function useReferences(field: Field, ids: string[]): Reference[] {
  const target = field.type === 'reference' ? field.target : undefined
  const meta = useDocumentMeta(target && ids.length > 0 ? target.key : null)
  const numbers = ids.filter((id) => /^\d+$/.test(id))
  const answers = useQueries({
    queries: (target ? numbers : []).map((id) => ({
      queryKey: ['record', target?.key, Number(id)],
      queryFn: () => request<RecordData>(`${target?.path}/${id}`),
      staleTime: 60_000,
    })),
  })
  return numbers.map((id, at) => {
    const record = answers[at]?.data
    return record && meta.data
      ? rowReference(record, meta.data)
      : { id: Number(id), key: target?.key ?? '', number: `#${id}`, title: '' }
  })
}

const SIGNS: Record<string, string> = { gt: '>', gte: '≥', lt: '<', lte: '≤', eq: '=' }

interface Words {
  options: Option[]
  references: Reference[]
  timeZone: string | undefined
  t: Translate
}

function oneText(condition: Condition, field: Field, { options, references, timeZone, t }: Words): string {
  const { op, value } = condition
  if (op === 'null') return value === 'true' ? t('filter.isEmpty') : t('filter.isSet')
  if (field.type === 'bool') return value === 'true' ? t('common.yes') : t('common.no')
  const label = (one: string): string =>
    options.find((option) => option.value === one)?.label ??
    references.filter((reference) => String(reference.id) === one).map(referenceText)[0] ??
    one
  if (op === 'in' || options.length > 0 || field.type === 'reference')
    return value.split(',').map(label).join(t('common.listSeparator'))
  const plain = field.type === 'instant' ? formatInstant(value, timeZone) : value
  const shown = isNumberType(field.type) ? formatNumber(value, field.type, field.scale) : plain
  if (op === 'contains') return t('filter.containsText', { value: shown })
  if (op === 'starts') return t('filter.startsText', { value: shown })
  return `${SIGNS[op] ?? op} ${shown}`
}

/** What a chip says: "State: Active, Inactive", "Ordered on ≥ 2026-11-01 ≤ 2026-11-30". */
export function useConditionText(meta: DocumentMeta, field: Field, conditions: Condition[]): string {
  const t = useT()
  const { company } = useApplication()
  const ids =
    field.type === 'reference'
      ? conditions.filter((one) => one.op === 'in' || one.op === 'eq').flatMap((one) => one.value.split(','))
      : []
  const references = useReferences(field, ids)
  const words = { options: filterOptions(meta, field), references, timeZone: company?.time_zone, t }
  return conditions.map((condition) => oneText(condition, field, words)).join(' ')
}
