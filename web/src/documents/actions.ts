import type { ActionMeta, Allowed, DocumentMeta, RecordData } from '../api/types'
import type { Values } from './formState'
import { bodyValue } from './values'

export interface OfferedAction {
  action: ActionMeta
  isEnabled: boolean
  reason: string | null
}

/** What the person may do with this record: the server's verdict, in order primary, plain, dangerous; enabled ones first. */
export function offeredActions(meta: DocumentMeta, record: RecordData): OfferedAction[] {
  const verdicts = new Map<string, Allowed>((record.allowed ?? []).map((one) => [one.key, one]))
  const weight = ({ action, isEnabled }: OfferedAction): number => {
    const style = action.style === 'primary' ? 0 : action.style === 'default' ? 1 : 2
    return isEnabled ? style : style + 3
  }
  return meta.actions
    .filter((action) => action.may)
    .map((action) => {
      const verdict = verdicts.get(action.key)
      return {
        action,
        isEnabled: verdict ? verdict.enabled : action.source.includes(record.state ?? ''),
        reason: verdict?.reason ?? null,
      }
    })
    .sort((left, right) => weight(left) - weight(right))
}

export function isEditable(meta: DocumentMeta, record: RecordData | null): boolean {
  if (record === null) return meta.may.create
  return meta.may.edit && (meta.states.length === 0 || meta.editable_in.includes(record.state ?? ''))
}

export function inputBody(action: ActionMeta, inputs: Values): Record<string, unknown> {
  return Object.fromEntries(
    action.inputs.flatMap((field) =>
      field.name in inputs ? [[field.name, bodyValue(inputs[field.name], field.type)]] : [],
    ),
  )
}
