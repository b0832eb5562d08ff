import { App, Button, Input, Modal } from 'antd'
import { useState, type FormEvent } from 'react'
import { request } from '../api/client'
import { asProblem } from '../api/problem'
import type { User } from '../api/types'
import { ProblemAlert } from '../shared/ProblemView'
import { useLanguage, useT } from './i18n/language'
import { Brand } from './SignIn'

function PasswordInput({
  id,
  label,
  value,
  onChange,
  error,
  isNew,
  hasFocus,
}: {
  id: string
  label: string
  value: string
  onChange: (value: string) => void
  error?: string
  isNew: boolean
  hasFocus?: boolean
}) {
  return (
    <>
      <label htmlFor={id}>{label}</label>
      <Input.Password
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        autoFocus={hasFocus ?? false}
        autoComplete={isNew ? 'new-password' : 'current-password'}
        status={error ? 'error' : ''}
        aria-invalid={error !== undefined}
        aria-describedby={error ? `${id}-error` : undefined}
      />
      {error && (
        <div id={`${id}-error`} className="field-error" role="alert">
          {error}
        </div>
      )}
    </>
  )
}

function ChangePasswordForm({ onChanged }: { onChanged: () => void }) {
  const t = useT()
  const [old, setOld] = useState('')
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  const [problem, setProblem] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const differs = again !== '' && next !== again

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (old === '' || next === '' || next !== again) return
    setBusy(true)
    try {
      await request('session/password', { method: 'POST', body: { old, new: next }, isSession: true })
      onChanged()
    } catch (error) {
      setProblem(asProblem(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form className="sign-in-form" onSubmit={(event) => void submit(event)}>
      {problem !== null && <ProblemAlert error={problem} />}
      <PasswordInput id="password-old" label={t('password.old')} value={old} onChange={setOld} isNew={false} hasFocus />
      <PasswordInput id="password-new" label={t('password.new')} value={next} onChange={setNext} isNew />
      <PasswordInput
        id="password-again"
        label={t('password.again')}
        value={again}
        onChange={setAgain}
        isNew
        {...(differs ? { error: t('password.differs') } : {})}
      />
      <Button
        type="primary"
        htmlType="submit"
        block
        loading={isBusy}
        disabled={old === '' || next === '' || next !== again}
        className="sign-in-button"
      >
        {t('password.submit')}
      </Button>
    </form>
  )
}

/** First sign-in: the password somebody else made must give way before anything else is shown. */
export function ChangePasswordPage({ user, onChanged }: { user: User; onChanged: () => void }) {
  const { t } = useLanguage()
  return (
    <main className="sign-in-page">
      <div className="sign-in-card">
        <Brand />
        <h1>{t('password.title')}</h1>
        <p className="secondary">{t('password.first', { name: user.name })}</p>
        <ChangePasswordForm onChanged={onChanged} />
      </div>
    </main>
  )
}

export function ChangePasswordDialog({ onClose }: { onClose: () => void }) {
  const t = useT()
  const { message } = App.useApp()
  const changed = () => {
    void message.success(t('password.changed'))
    onClose()
  }
  return (
    <Modal open title={t('password.title')} footer={null} onCancel={onClose} width={400}>
      <ChangePasswordForm onChanged={changed} />
    </Modal>
  )
}
