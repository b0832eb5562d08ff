/** What the server says of the home page. Amounts are decimals as text. */
import type { Colour } from '../../api/types'
import type { Drill } from '../../reports/types'

export interface TrendPoint {
  period: string
  value: string
}

export interface FigurePart {
  code: string
  label: string
  value: string
  drill: Drill
}

export interface HomeFigure {
  key: string
  label: string
  help: string
  value: string
  before: string | null
  rate: string | null
  rate_before: string | null
  trend: TrendPoint[]
  parts: FigurePart[]
  drill: Drill
}

export interface HomeTask {
  key: string
  label: string
  action: string
  count: number
  amount: string | null
  tone: Colour
  state: { label: string; colour: Colour } | null
  drill: Drill | null
  path: string
  filters: Record<string, string>
}

export interface HomeBeginning {
  key: string
  label: string
  why: string
  path: string
  is_done: boolean
}

export interface HomeAnswer {
  as_of: string
  on: string
  currency: string
  decimals: number
  period: string
  before: string
  figures: HomeFigure[]
  tasks: HomeTask[]
  beginnings: HomeBeginning[]
}
