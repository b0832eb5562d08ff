import { Button, Modal, Radio } from 'antd'
import { useState } from 'react'
import type { DocumentMeta, RecordData } from '../api/types'
import { useT } from '../app/i18n/language'
import type { Difference } from './conflict'
import { FieldValue } from './FieldValue'

interface ConflictDialogProps {
  meta: DocumentMeta
  theirs: RecordData
  differences: Difference[]
  /** Names whose stored value wins over what was typed here. */
  onResolve: (drop: string[]) => void
  onClose: () => void
}

function Side({ meta, difference, value }: { meta: DocumentMeta; difference: Difference; value: unknown }) {
  const t = useT()
  const field = meta.fields[difference.name]
  if (difference.isLines || !field) return <>{t('conflict.lines', { n: Number(value) })}</>
  return value === null || value === '' || value === undefined ? (
    <span className="secondary">{t('conflict.empty')}</span>
  ) : (
    <FieldValue field={field} value={value} />
  )
}

/** Somebody saved first: both values stand side by side and the person chooses, field by field. */
export function ConflictDialog({ meta, theirs, differences, onResolve, onClose }: ConflictDialogProps) {
  const t = useT()
  const [drop, setDrop] = useState<ReadonlySet<string>>(new Set())
  const choose = (name: string, isTheirs: boolean) => {
    const next = new Set(drop)
    if (isTheirs) next.add(name)
    else next.delete(name)
    setDrop(next)
  }
  return (
    <Modal
      open
      title={t('conflict.title')}
      width={680}
      onCancel={onClose}
      footer={[
        <Button key="close" onClick={onClose}>
          {t('conflict.later')}
        </Button>,
        <Button key="ok" type="primary" onClick={() => onResolve([...drop])}>
          {t('conflict.save')}
        </Button>,
      ]}
    >
      <p>{t('conflict.text', { name: theirs.updated_by?.name ?? t('conflict.somebody') })}</p>
      <table className="conflict-table">
        <thead>
          <tr>
            <th scope="col">{t('conflict.field')}</th>
            <th scope="col">{t('conflict.ours')}</th>
            <th scope="col">{t('conflict.theirs')}</th>
          </tr>
        </thead>
        <tbody>
          {differences.map((difference) => (
            <tr key={difference.name} data-field={difference.name}>
              <th scope="row">{difference.label}</th>
              {[false, true].map((isTheirs) => (
                <td key={String(isTheirs)}>
                  <Radio
                    checked={drop.has(difference.name) === isTheirs}
                    onChange={() => choose(difference.name, isTheirs)}
                  >
                    <Side meta={meta} difference={difference} value={isTheirs ? difference.theirs : difference.ours} />
                  </Radio>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Modal>
  )
}
