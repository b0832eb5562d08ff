import { useState, type KeyboardEvent } from 'react'
import type { DocumentMeta } from '../api/types'
import type { Key } from '../app/i18n/en'
import { useT } from '../app/i18n/language'
import { Attachments } from './panel/Attachments'
import { Comments } from './panel/Comments'
import { Links } from './panel/Links'
import { Postings } from './panel/Postings'
import { Timeline } from './panel/Timeline'

export interface PanelProps {
  meta: DocumentMeta
  id: number
}

const TABS: { key: string; label: Key; Body: (props: PanelProps) => React.ReactNode }[] = [
  { key: 'timeline', label: 'panel.timeline', Body: Timeline },
  { key: 'postings', label: 'panel.postings', Body: Postings },
  { key: 'links', label: 'panel.links', Body: Links },
  { key: 'comments', label: 'panel.comments', Body: Comments },
  { key: 'attachments', label: 'panel.attachments', Body: Attachments },
]

/** Master records post nothing. */
function tabsOf(meta: DocumentMeta): typeof TABS {
  return TABS.filter((tab) => tab.key !== 'postings' || (meta.per_company === true && meta.lines.length > 0))
}

/** What happened, what was said, what is attached, what hangs together. */
export function DocumentPanel({ meta, id }: PanelProps) {
  const t = useT()
  const [chosen, setChosen] = useState('timeline')
  const tabs = tabsOf(meta)
  const { Body } = tabs.find((tab) => tab.key === chosen) ?? { Body: Timeline }
  const walk = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    const at = tabs.findIndex((tab) => tab.key === chosen)
    const next = tabs[(at + step + tabs.length) % tabs.length]
    if (!next) return
    setChosen(next.key)
    document.getElementById(`tab-${next.key}`)?.focus()
  }
  return (
    <aside className="panel" aria-label={t('panel.label')}>
      <div role="tablist" aria-label={t('panel.label')} className="panel-tabs" onKeyDown={walk}>
        {tabs.map((tab) => (
          <button
            key={tab.key}
            id={`tab-${tab.key}`}
            type="button"
            role="tab"
            aria-selected={tab.key === chosen}
            aria-controls="panel-body"
            tabIndex={tab.key === chosen ? 0 : -1}
            onClick={() => setChosen(tab.key)}
          >
            {t(tab.label)}
          </button>
        ))}
      </div>
      <div id="panel-body" role="tabpanel" aria-labelledby={`tab-${chosen}`} className="panel-body" tabIndex={0}>
        <Body meta={meta} id={id} />
      </div>
    </aside>
  )
}
