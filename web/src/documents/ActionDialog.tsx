import { Button, Modal } from 'antd'
import { useState, type FormEvent } from 'react'
import { asProblem, type ApiProblem } from '../api/problem'
import type { ActionMeta, Field, Value } from '../api/types'
import { useApplication } from '../app/application'
import { useT } from '../app/i18n/language'
import { nowInstant, todayIn } from '../shared/instants'
import { ProblemAlert } from '../shared/ProblemView'
import { FieldControl } from './FieldControl'
import type { Values } from './formState'

interface ActionDialogProps {
  action: ActionMeta
  note?: string
  onRun: (inputs: Values) => Promise<void>
  onClose: () => void
}

function messagesOf(problem: ApiProblem | null, names: string[]): Record<string, string> {
  const entries = (problem?.errors ?? []).flatMap((error) => {
    const name = (error.field ?? '').replace(/^inputs\./, '')
    return names.includes(name) ? [[name, error.message] as const] : []
  })
  return Object.fromEntries(entries)
}

/** A date or an instant that must be given is now more often than not. */
function proposedInput(field: Field, timeZone: string | undefined): Value | undefined {
  if (!field.required) return undefined
  if (field.type === 'instant') return nowInstant()
  return field.type === 'date' ? todayIn(timeZone) : undefined
}

/** States the consequence and asks for what the action needs; a refusal stays in the dialog with what was typed. */
export function ActionDialog({ action, note, onRun, onClose }: ActionDialogProps) {
  const t = useT()
  const { company } = useApplication()
  const [inputs, setInputs] = useState<Values>(() =>
    Object.fromEntries(
      action.inputs.flatMap((field) => {
        const value = field.default ?? proposedInput(field, company?.time_zone)
        return value === undefined ? [] : [[field.name, value]]
      }),
    ),
  )
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const [isBusy, setBusy] = useState(false)
  const messages = messagesOf(
    problem,
    action.inputs.map((field) => field.name),
  )
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    try {
      await onRun(inputs)
    } catch (error) {
      setProblem(asProblem(error))
      setBusy(false)
    }
  }
  const set = (name: string, value: Value) => setInputs({ ...inputs, [name]: value })
  return (
    <Modal open title={action.label} footer={null} onCancel={onClose} width={460}>
      <form className="action-form" onSubmit={(event) => void submit(event)}>
        {note && <p className="secondary">{note}</p>}
        {action.ask && <p>{action.ask}</p>}
        {problem && (problem.errors.length === 0 || problem.errors.length > Object.keys(messages).length) && (
          <ProblemAlert error={problem} />
        )}
        {action.inputs.map((field, at) => (
          <FieldControl
            key={field.name}
            field={field}
            value={inputs[field.name] ?? null}
            onChange={(value) => set(field.name, value)}
            idPrefix="input"
            error={messages[field.name]}
            hasFocus={at === 0}
          />
        ))}
        <div className="dialog-buttons">
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            type="primary"
            htmlType="submit"
            danger={action.style === 'danger'}
            loading={isBusy}
            autoFocus={action.inputs.length === 0}
          >
            {action.label}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
