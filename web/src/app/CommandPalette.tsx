import { useQuery } from '@tanstack/react-query'
import { Modal } from 'antd'
import { useMemo, useState, type KeyboardEvent } from 'react'
import { useNavigate } from 'react-router'
import { request } from '../api/client'
import type { SearchRow } from '../api/types'
import { useDebounced } from '../shared/useDebounced'
import { rememberPath, useApplication } from './application'
import { useT } from './i18n/language'
import { commandHits, menuHits, type Hit } from './palette'
import { readRecent, type Recent } from './recent'
import { useSession } from './session'

function rowHit(row: SearchRow): Hit {
  const path = row.path.replace(/^\//, '').replace(new RegExp(`/${row.id}$`), '')
  rememberPath(path, row.key)
  const title = row.title && row.title !== row.number ? ` ${row.title}` : ''
  return { id: `${row.key}-${row.id}`, kind: row.label, text: `${row.number}${title}`, to: `/${path}/${row.id}` }
}

function recentHit(recent: Recent): Hit {
  const { key, id, path, text, label } = recent
  return { id: `recent-${key}-${id}`, kind: label, text, to: `/${path}/${id}` }
}

function useHits(words: string): { hits: Hit[]; isSearching: boolean } {
  const { app, company } = useApplication()
  const { user } = useSession()
  const t = useT()
  const sought = useDebounced(words.trim(), 150)
  const found = useQuery({
    queryKey: ['search', sought],
    queryFn: ({ signal }) => request<{ rows: SearchRow[] }>('search', { params: { q: sought, limit: 12 }, signal }),
    enabled: sought !== '',
    placeholderData: (earlier) => earlier,
  })
  const hits = useMemo(
    () => {
      if (words.trim() === '') return [...readRecent(user.id, company?.id ?? null).map(recentHit), ...menuHits(app, '')]
      const rows = (found.data?.rows ?? []).map(rowHit)
      return [...menuHits(app, words), ...commandHits(app, words, t('palette.make')), ...rows]
    },
    [app, words, found.data, t, user.id, company],
  )
  return { hits, isSearching: found.isFetching || sought !== words.trim() }
}

function HitList({
  hits,
  active,
  onGo,
  onHover,
}: {
  hits: Hit[]
  active: number
  onGo: (hit: Hit) => void
  onHover: (at: number) => void
}) {
  const t = useT()
  return (
    <ul id="palette-hits" role="listbox" aria-label={t('palette.results')} className="palette-hits">
      {hits.map((hit, at) => (
        <li
          key={hit.id}
          id={`palette-${at}`}
          role="option"
          aria-selected={at === active}
          onMouseMove={() => onHover(at)}
          onClick={() => onGo(hit)}
          ref={at === active ? (element) => element?.scrollIntoView({ block: 'nearest' }) : undefined}
        >
          <span>{hit.text}</span>
          <span className="secondary">{hit.kind}</span>
        </li>
      ))}
    </ul>
  )
}

export function CommandPalette({ onClose }: { onClose: () => void }) {
  const t = useT()
  const navigate = useNavigate()
  const [words, setWords] = useState('')
  const [active, setActive] = useState(0)
  const { hits, isSearching } = useHits(words)
  const go = (hit: Hit) => {
    onClose()
    void navigate(hit.to)
  }
  const pressed = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const hit = hits[active]
    if (event.key === 'ArrowDown') setActive(Math.min(active + 1, hits.length - 1))
    else if (event.key === 'ArrowUp') setActive(Math.max(active - 1, 0))
    else if (event.key === 'Enter' && hit) go(hit)
    else return
    event.preventDefault()
  }
  return (
    <Modal
      open
      footer={null}
      closable={false}
      onCancel={onClose}
      width={600}
      className="palette"
      aria-label={t('palette.open')}
      transitionName=""
      maskTransitionName=""
    >
      <input
        className="palette-input"
        role="combobox"
        aria-expanded
        aria-controls="palette-hits"
        aria-activedescendant={hits[active] ? `palette-${active}` : undefined}
        aria-label={t('palette.open')}
        placeholder={t('palette.hint')}
        autoFocus
        value={words}
        onKeyDown={pressed}
        onChange={(event) => {
          setWords(event.target.value)
          setActive(0)
        }}
      />
      <HitList hits={hits} active={active} onGo={go} onHover={setActive} />
      {hits.length === 0 && words.trim() !== '' && (
        <p className="secondary palette-none" role="status">
          {isSearching ? t('common.searching') : t('palette.nothing', { words: words.trim() })}
        </p>
      )}
    </Modal>
  )
}
