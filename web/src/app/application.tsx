import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import { configureClient, request } from '../api/client'
import type { AppMeta, Company, DocumentMeta, FilterMeta } from '../api/types'
import { readStored, writeStored } from '../shared/storage'
import { Loading } from '../shared/Loading'
import { ProblemPage } from '../shared/ProblemView'

interface ApplicationContext {
  app: AppMeta
  company: Company | null
  chooseCompany: (id: number) => void
}

const Context = createContext<ApplicationContext | null>(null)
const COMPANY = 'jingwei.company'

/** What the signed-in person may see (menu, companies) and the company they work in. */
export function ApplicationProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  const [chosen, setChosen] = useState<number | null>(() => {
    const stored = readStored<number>(COMPANY)
    configureClient({ company: stored })
    return stored
  })
  const meta = useQuery({ queryKey: ['app'], queryFn: () => request<AppMeta>('meta/app'), staleTime: 60_000 })
  const app = meta.data
  const company = useMemo(
    () => app?.companies.find((one) => one.id === (chosen ?? app.company)) ?? app?.companies[0] ?? null,
    [app, chosen],
  )

  const chooseCompany = useCallback(
    (id: number) => {
      writeStored(COMPANY, id)
      configureClient({ company: id })
      setChosen(id)
      void client.invalidateQueries()
    },
    [client],
  )

  // A company that was remembered but may no longer be seen gives way to the first that may.
  useEffect(() => {
    if (!meta.isError || chosen === null) return
    writeStored(COMPANY, null)
    configureClient({ company: null })
    setChosen(null)
    void meta.refetch()
  }, [meta, chosen])

  const value = useMemo(() => (app ? { app, company, chooseCompany } : null), [app, company, chooseCompany])
  if (meta.isError && chosen === null) return <ProblemPage error={meta.error} onRetry={() => void meta.refetch()} />
  return value ? <Context value={value}>{children}</Context> : <Loading />
}

export function useApplication(): ApplicationContext {
  const context = useContext(Context)
  if (!context) throw new Error('useApplication outside of ApplicationProvider')
  return context
}

/** Filters may come as bare names or with the comparisons each field knows. */
function withFilters(meta: DocumentMeta): DocumentMeta {
  const filters = meta.filters as (FilterMeta | string)[]
  return { ...meta, filters: filters.map((one) => (typeof one === 'string' ? { name: one, ops: null } : one)) }
}

/** The declaration that draws lists and forms. It changes only with language, company and release. */
export function useDocumentMeta(key: string | null): UseQueryResult<DocumentMeta> {
  return useQuery({
    queryKey: ['meta', key],
    queryFn: async () => withFilters(await request<DocumentMeta>(`meta/documents/${key}`)),
    enabled: key !== null,
    staleTime: 300_000,
  })
}

/**
 * The condition that keeps a list or a look-up to the company that is worked in. The server would show the rows of all
 * companies that the person may see; who sees one company only needs no condition.
 */
export function useCompanyFilter(meta: Pick<DocumentMeta, 'per_company'> | undefined): Record<string, string> {
  const { app, company } = useApplication()
  const id = meta?.per_company && app.companies.length > 1 ? company?.id : undefined
  return useMemo((): Record<string, string> => (id === undefined ? {} : { 'filter[company][eq]': String(id) }), [id])
}

const PATHS = 'jingwei.paths'

/** Documents outside the menu are met as targets of references; their address is then known by this. */
export function rememberPath(path: string, key: string): void {
  const known = readStored<Record<string, string>>(PATHS) ?? {}
  if (known[path] !== key) writeStored(PATHS, { ...known, [path]: key })
}

export function keyOfPath(app: AppMeta, path: string): string | null {
  for (const group of app.menu) {
    const entry = group.entries.find((one) => one.kind === 'document' && one.path === path)
    if (entry) return entry.key
  }
  return readStored<Record<string, string>>(PATHS)?.[path] ?? null
}
