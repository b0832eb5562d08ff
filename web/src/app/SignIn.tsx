import { Button, Input, Modal, Segmented, type InputRef } from 'antd'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import { request } from '../api/client'
import { asProblem } from '../api/problem'
import type { Language, SessionAnswer } from '../api/types'
import { ProblemAlert } from '../shared/ProblemView'
import { useLanguage, useT } from './i18n/language'

interface SignInFormProps {
  /** Fixed when the session of a known person ended in the middle of work. */
  login?: string
  onSignedIn: (answer: SessionAnswer) => void
}

function SignInForm({ login: known, onSignedIn }: SignInFormProps) {
  const t = useT()
  const [login, setLogin] = useState(known ?? '')
  const [password, setPassword] = useState('')
  const [problem, setProblem] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const passwordInput = useRef<InputRef>(null)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (login.trim() === '' || password === '') return
    setBusy(true)
    try {
      onSignedIn(
        await request<SessionAnswer>('session', {
          method: 'POST',
          body: { login: login.trim(), password },
          isSession: true,
        }),
      )
    } catch (error) {
      setProblem(asProblem(error))
      setPassword('')
      passwordInput.current?.focus()
    } finally {
      setBusy(false)
    }
  }

  return (
    <form className="sign-in-form" onSubmit={(event) => void submit(event)}>
      {problem !== null && <ProblemAlert error={problem} />}
      <label htmlFor="login">{t('signin.login')}</label>
      <Input
        id="login"
        name="login"
        size="large"
        autoComplete="username"
        autoFocus={!known}
        readOnly={known !== undefined}
        value={login}
        onChange={(event) => setLogin(event.target.value)}
      />
      <label htmlFor="password">{t('signin.password')}</label>
      <Input.Password
        id="password"
        name="password"
        size="large"
        autoComplete="current-password"
        ref={passwordInput}
        autoFocus={known !== undefined}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <Button type="primary" size="large" htmlType="submit" block loading={isBusy} className="sign-in-button">
        {t('signin.submit')}
      </Button>
    </form>
  )
}

export function LanguageSwitch({ onChoose }: { onChoose: (language: Language) => void }) {
  const { language, t } = useLanguage()
  return (
    <Segmented<Language>
      size="small"
      value={language}
      onChange={onChoose}
      aria-label={t('shell.language')}
      options={[
        { value: 'zh-Hans', label: '中文' },
        { value: 'en', label: 'English' },
      ]}
    />
  )
}

export function Brand() {
  return (
    <div className="brand">
      <img src="/assets/favicon.svg" alt="" width={28} height={28} />
      <span className="brand-name">
        Jingwei <span lang="zh-Hans">经纬</span>
      </span>
    </div>
  )
}

export function SignInPage({ onSignedIn }: { onSignedIn: (answer: SessionAnswer, chosen: Language | null) => void }) {
  const { t, setLanguage } = useLanguage()
  // A language chosen here is meant; otherwise the one stored with the user counts.
  const [chosen, setChosen] = useState<Language | null>(null)
  useEffect(() => {
    document.title = `${t('signin.title')} · Jingwei 经纬`
  }, [t])
  const choose = (language: Language) => {
    setChosen(language)
    setLanguage(language)
  }
  return (
    <main className="sign-in-page">
      <div className="sign-in-card">
        <Brand />
        <h1>{t('signin.title')}</h1>
        <SignInForm onSignedIn={(answer) => onSignedIn(answer, chosen)} />
        <div className="sign-in-language">
          <LanguageSwitch onChoose={choose} />
        </div>
      </div>
    </main>
  )
}

/** Stands over the page when the session has ended: what was typed underneath stays. */
export function SignInDialog({ login, onSignedIn }: { login: string; onSignedIn: () => void }) {
  const t = useT()
  return (
    <Modal
      open
      title={t('signin.again')}
      footer={null}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      width={380}
      zIndex={2000}
    >
      <p className="secondary">{t('signin.againHint')}</p>
      <SignInForm login={login} onSignedIn={onSignedIn} />
      <Button type="link" size="small" className="sign-in-other" onClick={() => window.location.assign('/')}>
        {t('signin.other')}
      </Button>
    </Modal>
  )
}
