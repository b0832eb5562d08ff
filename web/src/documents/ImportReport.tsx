import { Alert } from 'antd'
import type { DocumentMeta, ImportAnswer, ImportError } from '../api/types'
import { useT } from '../app/i18n/language'
import { DataTable, type Column } from '../shared/DataTable'
import { useDisplay } from './FieldValue'
import { isNumberType } from './values'

/** More errors than anybody reads; the count above says how many there are. */
const SHOWN = 200

function ErrorTable({ meta, errors }: { meta: DocumentMeta; errors: ImportError[] }) {
  const t = useT()
  const rows = errors.slice(0, SHOWN).map((error, at) => ({ ...error, at }))
  const columns: Column<(typeof rows)[number]>[] = [
    { key: 'row', label: t('import.row'), align: 'right', render: (error) => error.row },
    { key: 'cell', label: t('import.cell'), render: (error) => error.cell ?? '' },
    {
      key: 'column',
      label: t('import.column'),
      render: (error) => (error.column ? (meta.fields[error.column]?.label ?? error.column) : ''),
    },
    {
      key: 'message',
      label: t('import.message'),
      render: (error) => (
        <>
          {error.message}
          {error.hint && <div className="secondary">{error.hint}</div>}
        </>
      ),
    },
  ]
  return (
    <>
      <div className="import-scroll">
        <DataTable label={t('import.errors')} columns={columns} rows={rows} rowId={(row) => row.at} />
      </div>
      {errors.length > SHOWN && <p className="secondary">{t('import.moreErrors', { n: errors.length - SHOWN })}</p>}
    </>
  )
}

function PreviewTable({ meta, rows }: { meta: DocumentMeta; rows: Record<string, unknown>[] }) {
  const t = useT()
  const display = useDisplay()
  const numbered = rows.map((row, at) => ({ row, at }))
  const columns: Column<(typeof numbered)[number]>[] = previewed(meta, rows).map((name) => {
    const field = meta.fields[name] ?? { type: 'text' as const, label: name }
    return {
      key: name,
      label: field.label,
      align: isNumberType(field.type) ? 'right' : 'left',
      render: ({ row }) => display(row[name], field),
    }
  })
  return (
    <>
      <h2>{t('import.preview', { n: rows.length })}</h2>
      <div className="import-scroll">
        <DataTable
          label={t('import.preview', { n: rows.length })}
          columns={columns}
          rows={numbered}
          rowId={(row) => row.at}
        />
      </div>
    </>
  )
}

/** The fields of the form that have a value in some row, in the form's order: the record's inner life concerns nobody. */
export function previewed(meta: Pick<DocumentMeta, 'sections'>, rows: Record<string, unknown>[]): string[] {
  const isGiven = (value: unknown) => value !== null && value !== undefined && value !== ''
  return meta.sections
    .flatMap((section) => section.fields)
    .filter((name) => rows.some((row) => isGiven(row[name])))
}

const DELIMITERS: Record<string, string> = { '\t': 'Tab', ',': ',', ';': ';' }

/** What the dry run found: how the file was read, what would happen, what stands in the way. */
export function ImportReport({ meta, answer }: { meta: DocumentMeta; answer: ImportAnswer }) {
  const t = useT()
  const facts = [
    t('import.rows', { n: answer.rows }),
    ...(answer.encoding ? [t('import.encoding', { encoding: answer.encoding })] : []),
    ...(answer.delimiter
      ? [t('import.delimiter', { delimiter: DELIMITERS[answer.delimiter] ?? answer.delimiter })]
      : []),
  ]
  const isNothing = answer.errors.length === 0 && answer.created + answer.updated === 0
  return (
    <div className="import-report" data-testid="import-report">
      <Alert
        showIcon
        type={answer.errors.length > 0 ? 'error' : isNothing ? 'warning' : 'success'}
        title={
          answer.errors.length > 0
            ? t('import.hasErrors', { n: answer.errors.length })
            : isNothing
              ? t('import.nothing')
              : t('import.ready')
        }
        description={
          <>
            {t('import.counts', {
              created: answer.created,
              updated: answer.updated,
              unchanged: answer.unchanged,
              ignored: answer.ignored,
            })}
            <br />
            <span className="secondary">{facts.join(' · ')}</span>
          </>
        }
      />
      {answer.errors.length > 0 && <ErrorTable meta={meta} errors={answer.errors} />}
      {answer.preview.length > 0 && <PreviewTable meta={meta} rows={answer.preview} />}
    </div>
  )
}
