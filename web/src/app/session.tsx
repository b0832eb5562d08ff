import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { configureClient, request } from '../api/client'
import type { Language, SessionAnswer, User } from '../api/types'
import { ProblemPage } from '../shared/ProblemView'
import { LoadingPage } from '../shared/Loading'
import { clearDrafts } from '../shared/storage'
import { ChangePasswordPage } from './ChangePassword'
import { useLanguage } from './i18n/language'
import { SignInDialog, SignInPage } from './SignIn'

interface SessionContext {
  user: User
  signOut: () => Promise<void>
  chooseLanguage: (language: Language) => void
}

const Context = createContext<SessionContext | null>(null)

export function useSession(): SessionContext {
  const context = useContext(Context)
  if (!context) throw new Error('useSession outside of SessionGate')
  return context
}

const SESSION = ['session'] as const

/** Requests that met a 401 wait here until somebody has signed in again; then they go on as if nothing had happened. */
function useSignInAgain(isSignedIn: boolean): { isExpired: boolean; resume: () => void } {
  const waiting = useRef<(() => void)[]>([])
  const [isExpired, setExpired] = useState(false)
  const resume = useCallback(() => {
    setExpired(false)
    waiting.current.splice(0).forEach((go) => go())
  }, [])
  useEffect(() => {
    configureClient({
      signInAgain: isSignedIn
        ? () =>
            new Promise<void>((go) => {
              waiting.current.push(go)
              setExpired(true)
            })
        : null,
    })
  }, [isSignedIn])
  return { isExpired, resume }
}

export function SessionGate({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  const { setLanguage } = useLanguage()
  const session = useQuery({
    queryKey: SESSION,
    queryFn: async () => {
      const answer = await request<SessionAnswer>('session', { isSession: true })
      // The language stored with the user goes before what this browser last showed; known before anything is asked in it.
      if (answer.user) setLanguage(answer.user.language)
      return answer
    },
    staleTime: Number.POSITIVE_INFINITY,
  })
  const user = session.data?.user
  const { isExpired, resume } = useSignInAgain(session.data?.signed_in === true)

  const accept = useCallback(
    (answer: SessionAnswer, chosen: Language | null) => {
      if (answer.user && !chosen) setLanguage(answer.user.language)
      client.setQueryData(SESSION, answer)
      if (chosen) void request('session', { method: 'PATCH', body: { language: chosen } })
    },
    [client, setLanguage],
  )

  const context = useMemo<SessionContext | null>(
    () =>
      user
        ? {
            user,
            signOut: async () => {
              await request('session', { method: 'DELETE', isSession: true })
              clearDrafts(user.id)
              window.location.assign('/')
            },
            chooseLanguage: (next) => {
              setLanguage(next)
              void request('session', { method: 'PATCH', body: { language: next } }).then(() =>
                client.invalidateQueries(),
              )
            },
          }
        : null,
    [user, client, setLanguage],
  )

  if (session.isPending) return <LoadingPage />
  if (session.isError) return <ProblemPage error={session.error} onRetry={() => void session.refetch()} />
  if (!context || !user) return <SignInPage onSignedIn={accept} />
  if (session.data.must_change_password) {
    return (
      <ChangePasswordPage
        user={user}
        onChanged={() => client.setQueryData(SESSION, { ...session.data, must_change_password: false })}
      />
    )
  }
  return (
    <Context value={context}>
      {children}
      {isExpired && <SignInDialog login={user.login} onSignedIn={resume} />}
    </Context>
  )
}
