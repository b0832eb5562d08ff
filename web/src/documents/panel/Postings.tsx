import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { request } from '../../api/client'
import type { Reference } from '../../api/types'
import { useApplication } from '../../app/application'
import { useT } from '../../app/i18n/language'
import { formatNumber, isNegative, isZero } from '../../shared/decimal'
import { formatInstant } from '../../shared/instants'
import { Loading } from '../../shared/Loading'
import { ProblemAlert } from '../../shared/ProblemView'
import type { PanelProps } from '../DocumentPanel'
import { ColourTag } from '../StateTag'
import { referenceText } from '../values'
import { panelKey } from './queries'

interface EntryLine {
  account: Reference
  summary: string
  debit: string
  credit: string
  party: Reference | null
  currency: string
  amount_currency: string
}

interface Entry {
  id: number
  posted_on: string
  number: string
  is_reversal: boolean
  lines: EntryLine[]
}

interface Move {
  at: string
  item: Reference | null
  from: Reference | null
  to: Reference | null
  quantity: string
  unit: string
  lot: string
  value: string
  is_reversal: boolean
}

interface PostingsAnswer {
  entries: Entry[]
  moves: Move[]
  is_cut: boolean
}

function Amount({ value, currency = '' }: { value: string; currency?: string }) {
  if (isZero(value)) return null
  return (
    <span className={isNegative(value) ? 'number negative' : 'number'}>
      {currency && `${currency} `}
      {formatNumber(value, 'amount')}
    </span>
  )
}

function EntryView({ entry }: { entry: Entry }) {
  const t = useT()
  const { company } = useApplication()
  return (
    <table className="posting-table" aria-label={entry.number || entry.posted_on}>
      <caption>
        <strong>{entry.number}</strong> <span className="secondary">{entry.posted_on}</span>{' '}
        {entry.is_reversal && <ColourTag label={t('panel.reversal')} colour="violet" />}
      </caption>
      <thead>
        <tr>
          <th scope="col">{t('panel.account')}</th>
          <th scope="col">{t('panel.debit')}</th>
          <th scope="col">{t('panel.credit')}</th>
        </tr>
      </thead>
      <tbody>
        {entry.lines.map((line, at) => (
          <tr key={at}>
            <td>
              <Link to={`/open/${line.account.key}/${line.account.id}`}>{referenceText(line.account)}</Link>
              {line.party && <div className="secondary">{referenceText(line.party)}</div>}
              {line.currency !== company?.currency && (
                <div className="secondary">
                  <Amount value={line.amount_currency} currency={line.currency} />
                </div>
              )}
            </td>
            <td>
              <Amount value={line.debit} />
            </td>
            <td>
              <Amount value={line.credit} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function MoveView({ move }: { move: Move }) {
  const { company } = useApplication()
  return (
    <li>
      <div className="move-head">
        <span>{move.item && referenceText(move.item)}</span>
        <span className="number">
          {formatNumber(move.quantity, 'quantity')} <span className="unit">{move.unit}</span>
        </span>
      </div>
      <div className="move-head secondary">
        <span>
          {move.from?.number} → {move.to?.number}
          {move.lot && ` · ${move.lot}`}
        </span>
        <Amount value={move.value} />
      </div>
      <div className="secondary">{formatInstant(move.at, company?.time_zone)}</div>
    </li>
  )
}

/** 联查凭证: the journal entries of a document and the goods it moved. */
export function Postings({ meta, id }: PanelProps) {
  const t = useT()
  const found = useQuery({
    queryKey: [...panelKey(meta, id), 'postings'],
    queryFn: ({ signal }) => request<PostingsAnswer>(`postings/${id}`, { signal }),
  })
  if (found.isError) return <ProblemAlert error={found.error} />
  if (!found.data) return <Loading rows={3} />
  const { entries, moves, is_cut } = found.data
  if (entries.length === 0 && moves.length === 0) return <p className="secondary">{t('panel.noPostings')}</p>
  return (
    <>
      {entries.map((entry) => (
        <EntryView key={entry.id} entry={entry} />
      ))}
      {moves.length > 0 && (
        <section className="moves" aria-labelledby="panel-moves">
          <h3 id="panel-moves">{t('panel.moves')}</h3>
          <ul>
            {moves.map((move, at) => (
              <MoveView key={at} move={move} />
            ))}
          </ul>
        </section>
      )}
      {is_cut && <p className="secondary">{t('panel.cut')}</p>}
    </>
  )
}
