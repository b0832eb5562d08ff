import { CheckOutlined, DownOutlined, EyeOutlined, StarFilled, TeamOutlined } from '@ant-design/icons'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Dropdown } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { request } from '../api/client'
import { asProblem } from '../api/problem'
import { useApplication } from '../app/application'
import { useT } from '../app/i18n/language'
import { problemTitle } from '../shared/ProblemView'
import { ViewDialog } from './ViewDialog'
import { isSameView, type SavedView, type ViewContent, type ViewsAnswer } from './views'

interface SavedViewsProps {
  /** The key of the list or report. */
  place: string
  current: ViewContent
  /** Shows a view; null is the list or report as it is declared. */
  onApply: (content: ViewContent | null) => void
}

/** What is done to the chosen view. */
function useDeeds(place: string) {
  const t = useT()
  const client = useQueryClient()
  const { message } = App.useApp()
  return async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      void message.error(problemTitle(asProblem(error), t))
    }
    await client.invalidateQueries({ queryKey: ['views', place] })
  }
}

/** The view that opens first is shown once, when the page is opened without an address of its own. */
function useFirstView(views: ViewsAnswer | undefined, current: ViewContent, show: (view: SavedView) => void): void {
  const isOpen = useRef(current.query === '')
  useEffect(() => {
    if (!views || !isOpen.current) return
    isOpen.current = false
    const first = views.rows.find((view) => view.id === views.default)
    if (first) show(first)
  }, [views])
}

/** Views of a list or report: chosen, kept, renamed, shared, deleted; one of them opens first. */
export function SavedViews({ place, current, onApply }: SavedViewsProps) {
  const t = useT()
  const { company } = useApplication()
  const deed = useDeeds(place)
  const [chosen, setChosen] = useState<number | null>(null)
  const [dialog, setDialog] = useState<'new' | 'edit' | null>(null)
  const answer = useQuery({
    queryKey: ['views', place, company?.id],
    queryFn: () => request<ViewsAnswer>('views', { params: { place } }),
    staleTime: 60_000,
  })
  const views = answer.data
  const show = (view: SavedView) => {
    setChosen(view.id)
    onApply(view.content)
  }
  useFirstView(views, current, show)
  const rows = views?.rows ?? []
  const active = rows.find((view) => view.id === chosen) ?? rows.find((view) => isSameView(view.content, current)) ?? null
  const isChanged = active !== null && !isSameView(active.content, current)
  const isFirst = active !== null && views?.default === active.id

  const item = (view: SavedView) => ({
    key: String(view.id),
    icon: view.id === active?.id ? <CheckOutlined /> : <span className="views-no-icon" />,
    label: view.name,
    extra: (
      <>
        {view.shared !== '' && <TeamOutlined title={t('views.sharedWith', { name: view.shared_with })} />}
        {view.id === views?.default && <StarFilled title={t('views.isFirst')} />}
      </>
    ),
    onClick: () => show(view),
  })
  const open = (id: number | null) => () =>
    void deed(() => request('views/default', { method: 'PATCH', body: { place, view: id } }))
  const ofActive = active && [
    ...(active.may_change && isChanged
      ? [
          {
            key: 'update',
            label: t('views.update', { name: active.name }),
            onClick: () =>
              void deed(() => request(`views/${active.id}`, { method: 'PATCH', body: { content: current } })),
          },
        ]
      : []),
    isFirst
      ? { key: 'first', label: t('views.notFirst'), onClick: open(null) }
      : { key: 'first', label: t('views.openFirst'), onClick: open(active.id) },
    ...(active.may_change
      ? [
          { key: 'edit', label: t(views?.may_share ? 'views.editShare' : 'views.rename'), onClick: () => setDialog('edit') },
          {
            key: 'delete',
            danger: true,
            label: t('views.delete', { name: active.name }),
            onClick: () => {
              setChosen(null)
              void deed(() => request(`views/${active.id}`, { method: 'DELETE' }))
            },
          },
        ]
      : []),
  ]
  const items = [
    {
      key: 'standard',
      icon: active ? <span className="views-no-icon" /> : <CheckOutlined />,
      label: t('views.standard'),
      onClick: () => {
        setChosen(null)
        onApply(null)
      },
    },
    ...rows.map(item),
    { type: 'divider' as const },
    { key: 'new', label: t('views.saveAs'), onClick: () => setDialog('new') },
    ...(ofActive ?? []),
  ]
  return (
    <>
      <Dropdown trigger={['click']} menu={{ items, className: 'views-menu' }} disabled={!views}>
        <Button icon={<EyeOutlined />} data-testid="views">
          <span className="views-name">{active ? active.name : t('views.label')}</span>
          {isChanged && <span aria-label={t('views.changed')}> *</span>} <DownOutlined className="caret" />
        </Button>
      </Dropdown>
      {dialog && views && (
        <ViewDialog
          place={place}
          views={views}
          view={dialog === 'edit' ? active : null}
          content={current}
          onClose={() => setDialog(null)}
          onDone={(view) => {
            setDialog(null)
            setChosen(view.id)
            void deed(() => Promise.resolve())
          }}
        />
      )}
    </>
  )
}
