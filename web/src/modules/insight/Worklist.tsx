import { CheckCircleOutlined } from '@ant-design/icons'
import { Link } from 'react-router'
import { useT } from '../../app/i18n/language'
import { ColourTag } from '../../documents/StateTag'
import { drillPath } from '../../reports/params'
import { formatNumber } from '../../shared/decimal'
import type { HomeTask } from './types'

function taskPath(task: HomeTask): string {
  return task.drill ? drillPath(task.drill) : `/${task.path}?${new URLSearchParams(task.filters).toString()}`
}

/** What waits for the person: how much, of what, and the one thing to do about it. */
export function Worklist({ tasks, currency, decimals }: { tasks: HomeTask[]; currency: string; decimals: number }) {
  const t = useT()
  return (
    <section className="card home-work" aria-labelledby="home-work">
      <h2 id="home-work">{t('home.work')}</h2>
      {tasks.length === 0 ? (
        <p className="home-none">
          <CheckCircleOutlined aria-hidden="true" /> {t('home.workNone')}
        </p>
      ) : (
        <ul className="worklist">
          {tasks.map((task) => (
            <li key={task.key} data-testid={`task-${task.key}`}>
              <span className={`work-count number tag-${task.tone}`}>{task.count}</span>
              <span className="work-label">
                {task.label} {task.state && <ColourTag label={task.state.label} colour={task.state.colour} />}
              </span>
              <span className="work-amount number">
                {task.amount !== null && `${currency} ${formatNumber(task.amount, 'amount', decimals)}`}
              </span>
              <Link to={taskPath(task)} className="work-action">
                {task.action}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
