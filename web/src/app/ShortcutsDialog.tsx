import { Modal } from 'antd'
import type { Key } from './i18n/en'
import { useT } from './i18n/language'

const GROUPS: { title: Key; rows: [keys: string, meaning: Key][] }[] = [
  {
    title: 'keys.everywhere',
    rows: [
      ['Ctrl K', 'keys.palette'],
      ['?', 'keys.help'],
      ['Esc', 'keys.escape'],
    ],
  },
  {
    title: 'keys.list',
    rows: [
      ['/', 'keys.search'],
      ['n', 'keys.new'],
      ['↑ ↓', 'keys.rows'],
      ['Enter', 'keys.open'],
    ],
  },
  {
    title: 'keys.document',
    rows: [
      ['Ctrl S', 'keys.save'],
      ['F7', 'keys.lookup'],
      ['t  +3  11-22', 'keys.date'],
    ],
  },
  {
    title: 'keys.lines',
    rows: [
      ['Tab', 'keys.next'],
      ['Enter', 'keys.nextAsked'],
      ['↑ ↓ ← →', 'keys.move'],
      ['Ctrl Enter', 'keys.addLine'],
      ['Ctrl Delete', 'keys.removeLine'],
      ['Alt ↑  Alt ↓', 'keys.moveLine'],
      ['Ctrl V', 'keys.paste'],
    ],
  },
  {
    title: 'keys.voucher',
    rows: [
      ['=', 'keys.balance'],
      ['//', 'keys.repeat'],
      ['Enter', 'keys.endLine'],
    ],
  },
]

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const t = useT()
  return (
    <Modal open title={t('shell.shortcuts')} footer={null} onCancel={onClose} width={640}>
      <div className="shortcuts">
        {GROUPS.map((group) => (
          <section key={group.title}>
            <h3>{t(group.title)}</h3>
            <dl>
              {group.rows.map(([keys, meaning]) => (
                <div key={meaning}>
                  <dt>
                    {keys.split('  ').map((one) => (
                      <kbd key={one}>{one}</kbd>
                    ))}
                  </dt>
                  <dd>{t(meaning)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  )
}
