/** Saved views: how a list or report is looked at, under a name. */
export interface ViewContent {
  /** The query of the address: filters, order, pivot, or the parameters of a report. */
  query: string
  /** The columns of a list; null for the person's own. */
  columns: string[] | null
}

export interface SavedView {
  id: number
  place: string
  name: string
  content: ViewContent
  owner: { id: number; name: string }
  shared: '' | 'company' | 'role'
  shared_with: string
  role: number | null
  may_change: boolean
}

export interface ViewsAnswer {
  rows: SavedView[]
  default: number | null
  may_share: boolean
  roles: { id: number; name: string }[]
}

/** Whether two contents show the same, in whatever order their parameters stand. */
export function isSameView(left: ViewContent, right: ViewContent): boolean {
  const said = (content: ViewContent): string => {
    const params = [...new URLSearchParams(content.query)].map(([name, value]) => JSON.stringify([name, value])).sort()
    return JSON.stringify([params, content.columns])
  }
  return said(left) === said(right)
}
