import { Link } from 'react-router'
import { useApplication } from './application'
import { useT } from './i18n/language'
import { usePlace } from './place'
import { useSession } from './session'

/** The way into every department the person works in. */
export function HomePage() {
  const t = useT()
  const { app, company } = useApplication()
  const { user } = useSession()
  usePlace([{ label: t('common.home') }])
  return (
    <div className="page home">
      <h1>{t('home.hello', { name: user.name })}</h1>
      <p className="secondary">{[app.group.name, company?.name].filter(Boolean).join(' · ')}</p>
      {app.menu.length === 0 && <p>{t('home.nothing')}</p>}
      <div className="home-groups">
        {app.menu.map((group) => (
          <section key={group.key} className="card" aria-labelledby={`home-${group.key}`}>
            <h2 id={`home-${group.key}`}>{group.label}</h2>
            <ul>
              {group.entries.map((entry) => (
                <li key={entry.key}>
                  <Link to={`/${entry.path}`}>{entry.label}</Link>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
      <p className="secondary home-hint">
        {t('home.hint')} <kbd>Ctrl K</kbd> · <kbd>?</kbd>
      </p>
    </div>
  )
}
