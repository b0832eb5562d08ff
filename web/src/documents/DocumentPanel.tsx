import {
  CommentOutlined,
  HistoryOutlined,
  MenuFoldOutlined,
  MenuUnfoldOutlined,
  NodeIndexOutlined,
  PaperClipOutlined,
  ReconciliationOutlined,
} from '@ant-design/icons'
import { Button, Tooltip } from 'antd'
import { useState, type KeyboardEvent, type ReactNode } from 'react'
import type { DocumentMeta } from '../api/types'
import type { Key } from '../app/i18n/en'
import { useT } from '../app/i18n/language'
import { readStored, writeStored } from '../shared/storage'
import { Attachments } from './panel/Attachments'
import { Comments } from './panel/Comments'
import { Links } from './panel/Links'
import { Postings } from './panel/Postings'
import { Timeline } from './panel/Timeline'

export interface PanelProps {
  meta: DocumentMeta
  id: number
}

const TABS: { key: string; label: Key; icon: ReactNode; Body: (props: PanelProps) => ReactNode }[] = [
  { key: 'timeline', label: 'panel.timeline', icon: <HistoryOutlined />, Body: Timeline },
  { key: 'postings', label: 'panel.postings', icon: <ReconciliationOutlined />, Body: Postings },
  { key: 'links', label: 'panel.links', icon: <NodeIndexOutlined />, Body: Links },
  { key: 'comments', label: 'panel.comments', icon: <CommentOutlined />, Body: Comments },
  { key: 'attachments', label: 'panel.attachments', icon: <PaperClipOutlined />, Body: Attachments },
]

const FOLDED = 'jingwei.panel.folded'
/** Wide enough for lines and the panel side by side; on a phone the panel lies below and takes no room from them. */
const NARROW = '(min-width: 901px) and (max-width: 1599px)'

const hasLines = (meta: DocumentMeta): boolean => meta.per_company === true && meta.lines.length > 0

/** The panel stands beside what is done; where lines need its room it is a rail, until it is asked for. */
export function usePanelFold(meta: DocumentMeta, isEditable: boolean) {
  const [isNarrow] = useState(() => window.matchMedia(NARROW).matches)
  const [chosen, setChosen] = useState<Record<string, boolean>>({})
  const isTyped = isEditable && hasLines(meta)
  const needsRoom = isTyped || (isNarrow && hasLines(meta))
  const key = [FOLDED, isTyped ? '.typing' : '', !isTyped && needsRoom ? '.narrow' : ''].join('')
  const isFolded = chosen[key] ?? readStored<boolean>(key) ?? needsRoom
  const toggle = () => {
    writeStored(key, !isFolded)
    setChosen({ ...chosen, [key]: !isFolded })
  }
  return { isFolded, toggle }
}

/** Master records post nothing. */
function tabsOf(meta: DocumentMeta): typeof TABS {
  return TABS.filter((tab) => tab.key !== 'postings' || hasLines(meta))
}

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }

interface DocumentPanelProps extends PanelProps {
  isFolded: boolean
  onToggle: () => void
}

/** What happened, what was said, what is attached, what hangs together; folded it is a rail that opens at one of them. */
export function DocumentPanel({ meta, id, isFolded, onToggle }: DocumentPanelProps) {
  const t = useT()
  const [chosen, setChosen] = useState('timeline')
  const tabs = tabsOf(meta)
  const { Body } = tabs.find((tab) => tab.key === chosen) ?? { Body: Timeline }
  const walk = (event: KeyboardEvent) => {
    const at = tabs.findIndex((tab) => event.target === document.getElementById(`tab-${tab.key}`))
    const next = tabs[(at + (STEPS[event.key] ?? 0) + tabs.length) % tabs.length]
    if (at < 0 || !next || !(event.key in STEPS)) return
    event.preventDefault()
    if (!isFolded) setChosen(next.key)
    document.getElementById(`tab-${next.key}`)?.focus()
  }
  const choose = (key: string) => {
    setChosen(key)
    if (isFolded) onToggle()
  }
  return (
    <aside className={isFolded ? 'panel panel-rail' : 'panel'} aria-label={t('panel.label')}>
      <div className="panel-head">
        <div
          role="tablist"
          aria-label={t('panel.label')}
          aria-orientation={isFolded ? 'vertical' : 'horizontal'}
          className="panel-tabs"
          onKeyDown={walk}
        >
          {tabs.map((tab) => (
            <Tooltip key={tab.key} title={isFolded ? t(tab.label) : ''} placement="left">
              <button
                id={`tab-${tab.key}`}
                type="button"
                role="tab"
                aria-label={t(tab.label)}
                aria-selected={!isFolded && tab.key === chosen}
                {...(isFolded ? {} : { 'aria-controls': 'panel-body' })}
                tabIndex={tab.key === chosen ? 0 : -1}
                onClick={() => choose(tab.key)}
              >
                {isFolded ? tab.icon : t(tab.label)}
              </button>
            </Tooltip>
          ))}
        </div>
        <Button
          type="text"
          className="panel-toggle"
          icon={isFolded ? <MenuFoldOutlined /> : <MenuUnfoldOutlined />}
          onClick={onToggle}
          aria-expanded={!isFolded}
          aria-label={isFolded ? t('panel.show') : t('panel.hide')}
        />
      </div>
      {!isFolded && (
        <div id="panel-body" role="tabpanel" aria-labelledby={`tab-${chosen}`} className="panel-body" tabIndex={0}>
          <Body meta={meta} id={id} />
        </div>
      )}
    </aside>
  )
}
