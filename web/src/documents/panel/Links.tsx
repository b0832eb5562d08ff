import { Link } from 'react-router'
import type { LinkRow } from '../../api/types'
import { useDocumentMeta } from '../../app/application'
import { useT } from '../../app/i18n/language'
import { Loading } from '../../shared/Loading'
import { ProblemAlert } from '../../shared/ProblemView'
import type { PanelProps } from '../DocumentPanel'
import { StateTag } from '../StateTag'
import { useLinks } from './queries'

function LinkView({ row }: { row: LinkRow }) {
  const meta = useDocumentMeta(row.key)
  return (
    <li>
      <div className="secondary">{meta.data?.label ?? row.key}</div>
      <Link to={`/open/${row.key}/${row.id}`}>
        {row.number || `#${row.id}`}
        {row.title && row.title !== row.number ? ` ${row.title}` : ''}
      </Link>
      {row.state && meta.data && <StateTag meta={meta.data} state={row.state} />}
    </li>
  )
}

const RELATIONS = ['source', 'target', 'reference'] as const

/** 上查 / 下查: where this came from, what came of it, what else it names. */
export function Links({ meta, id }: PanelProps) {
  const t = useT()
  const links = useLinks(meta, id)
  if (links.isError) return <ProblemAlert error={links.error} />
  if (!links.data) return <Loading rows={3} />
  const { rows } = links.data
  if (rows.length === 0) return <p className="secondary">{t('panel.noLinks')}</p>
  return (
    <>
      {RELATIONS.filter((relation) => rows.some((row) => row.relation === relation)).map((relation) => (
        <section key={relation} className="links">
          <h3>{t(`panel.${relation}`)}</h3>
          <ul>
            {rows
              .filter((row) => row.relation === relation)
              .map((row) => (
                <LinkView key={`${row.key}-${row.id}`} row={row} />
              ))}
          </ul>
        </section>
      ))}
    </>
  )
}
