import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { request } from '../../api/client'
import { useApplication } from '../../app/application'
import { useT } from '../../app/i18n/language'
import { usePlace } from '../../app/place'
import { useSession } from '../../app/session'
import { isZero } from '../../shared/decimal'
import { formatInstant } from '../../shared/instants'
import { Loading } from '../../shared/Loading'
import { ProblemAlert } from '../../shared/ProblemView'
import { Beginning } from './Beginning'
import { FigureCard } from './FigureCard'
import './home.css'
import type { HomeAnswer } from './types'
import { Worklist } from './Worklist'

/** Figures live: they are asked for again every minute that the page stands open. */
const MINUTE = 60_000

function Departments() {
  const { app } = useApplication()
  return (
    <div className="home-departments">
      {app.menu.map((group) => (
        <div key={group.key}>
          <h2>{group.label}</h2>
          <ul>
            {group.entries.map((entry) => (
              <li key={entry.key}>
                <Link to={`/${entry.path}`}>{entry.label}</Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  )
}

function Answer({ page }: { page: HomeAnswer }) {
  const t = useT()
  return (
    <>
      {page.beginnings.length > 0 && <Beginning steps={page.beginnings} />}
      {page.figures.some((figure) => page.beginnings.length === 0 || !isZero(figure.value)) && (
        <section className="home-figures" aria-label={t('home.figures')}>
          {page.figures.map((figure) => (
            <FigureCard
              key={figure.key}
              figure={figure}
              currency={page.currency}
              decimals={page.decimals}
              before={page.before}
            />
          ))}
        </section>
      )}
      {(page.tasks.length > 0 || page.beginnings.length === 0) && (
        <Worklist tasks={page.tasks} currency={page.currency} decimals={page.decimals} />
      )}
    </>
  )
}

/** How the company stands, what waits for the person, and the way into every department. */
export function HomePage() {
  const t = useT()
  const { app, company } = useApplication()
  const { user } = useSession()
  usePlace([{ label: t('common.home') }])
  const home = useQuery({
    queryKey: ['home', company?.id],
    queryFn: ({ signal }) => request<HomeAnswer>('home', { signal }),
    enabled: company !== null,
    refetchInterval: MINUTE,
  })
  const page = home.data
  return (
    <div className="page home" aria-busy={home.isLoading}>
      <div className="home-head">
        <h1>{t('home.hello', { name: user.name })}</h1>
        <p className="secondary">
          {company?.name}
          {page && ` · ${t('home.asOf', { at: formatInstant(page.as_of, company?.time_zone) })}`}
          {page?.period && ` · ${t('home.period', { period: page.period })}`}
        </p>
      </div>
      {app.menu.length === 0 && <p>{t('home.nothing')}</p>}
      {home.isError && <ProblemAlert error={home.error} onRetry={() => void home.refetch()} />}
      {home.isLoading && <Loading rows={8} />}
      {page && <Answer page={page} />}
      <Departments />
      <p className="secondary home-hint">
        {t('home.hint')} <kbd>Ctrl K</kbd> · <kbd>?</kbd>
      </p>
    </div>
  )
}
