import { CheckCircleFilled } from '@ant-design/icons'
import { Link } from 'react-router'
import { useT } from '../../app/i18n/language'
import type { HomeBeginning } from './types'

/** How a new company begins: one step after the other, what is done ticked off. */
export function Beginning({ steps }: { steps: HomeBeginning[] }) {
  const t = useT()
  const next = steps.find((step) => !step.is_done)
  return (
    <section className="card home-begin" aria-labelledby="home-begin">
      <h2 id="home-begin">{t('home.begin')}</h2>
      <p className="secondary">{t('home.beginHint')}</p>
      <ol>
        {steps.map((step, at) => (
          <li key={step.key} className={step.is_done ? 'begin-done' : undefined} data-testid={`begin-${step.key}`}>
            <span className="begin-mark number">
              {step.is_done ? <CheckCircleFilled aria-label={t('home.beginDone')} /> : at + 1}
            </span>
            <span>
              <strong>{step.label}</strong>
              <br />
              <span className="secondary">{step.why}</span>
            </span>
            <Link to={`/${step.path}`} className={step === next ? 'work-action begin-next' : 'work-action'}>
              {step.is_done ? t('home.beginOpen') : t('home.beginGo')}
            </Link>
          </li>
        ))}
      </ol>
    </section>
  )
}
