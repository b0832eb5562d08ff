import { DownOutlined, MenuFoldOutlined, MenuUnfoldOutlined, SearchOutlined, UserOutlined } from '@ant-design/icons'
import { Button, Dropdown, Select } from 'antd'
import { Fragment, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { AppearanceSwitch } from './appearance'
import { useApplication } from './application'
import { ChangePasswordDialog } from './ChangePassword'
import { useT } from './i18n/language'
import { useSteps } from './place'
import { useSession } from './session'
import { Brand, LanguageSwitch } from './SignIn'

function Breadcrumb() {
  const t = useT()
  const steps = useSteps()
  return (
    <nav className="breadcrumb" aria-label={t('shell.place')}>
      {steps.map((step, at) => (
        <Fragment key={`${at}-${step.label}`}>
          {at > 0 && (
            <span className="breadcrumb-separator" aria-hidden="true">
              /
            </span>
          )}
          {step.to && at < steps.length - 1 ? (
            <Link to={step.to}>{step.label}</Link>
          ) : (
            <span aria-current={at === steps.length - 1 ? 'page' : undefined}>{step.label}</span>
          )}
        </Fragment>
      ))}
    </nav>
  )
}

function CompanySwitch() {
  const t = useT()
  const { app, company, chooseCompany } = useApplication()
  const navigate = useNavigate()
  if (!company) return null
  if (app.companies.length === 1)
    return (
      <span className="company-name" title={t('shell.company')}>
        {company.name}
      </span>
    )
  const choose = (id: number) => {
    chooseCompany(id)
    // A document of one company is not one of another: go back to its list.
    const list = /^(.*)\/(?:\d+|new)$/.exec(window.location.pathname)?.[1]
    if (list) void navigate(list)
  }
  return (
    <Select
      size="small"
      variant="borderless"
      className="company-switch"
      aria-label={t('shell.company')}
      value={company.id}
      onChange={choose}
      popupMatchSelectWidth={false}
      options={app.companies.map((one) => ({ value: one.id, label: one.name }))}
    />
  )
}

function UserMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const t = useT()
  const { user, signOut } = useSession()
  const { app } = useApplication()
  const [isChanging, setChanging] = useState(false)
  const items = [
    { key: 'who', label: `${user.name} (${user.login})`, disabled: true },
    { key: 'password', label: t('password.title'), onClick: () => setChanging(true) },
    { key: 'shortcuts', label: t('shell.shortcuts'), onClick: onShortcuts },
    { type: 'divider' as const },
    { key: 'out', label: t('shell.signOut'), onClick: () => void signOut() },
    { key: 'version', label: t('shell.version', { version: app.version }), disabled: true },
  ]
  return (
    <>
      <Dropdown menu={{ items }} trigger={['click']} placement="bottomRight">
        <Button
          type="text"
          icon={<UserOutlined />}
          aria-label={t('shell.user', { name: user.name })}
          data-testid="user-menu"
        >
          <span className="user-name">{user.name}</span> <DownOutlined className="caret" />
        </Button>
      </Dropdown>
      {isChanging && <ChangePasswordDialog onClose={() => setChanging(false)} />}
    </>
  )
}

interface TopBarProps {
  isCollapsed: boolean
  onToggleMenu: () => void
  onSearch: () => void
  onShortcuts: () => void
}

export function TopBar({ isCollapsed, onToggleMenu, onSearch, onShortcuts }: TopBarProps) {
  const t = useT()
  const { chooseLanguage } = useSession()
  return (
    <header className="top-bar">
      <div className="top-bar-brand">
        {!isCollapsed && (
          <Link to="/" className="brand-link">
            <Brand />
          </Link>
        )}
        <Button
          type="text"
          icon={isCollapsed ? <MenuUnfoldOutlined /> : <MenuFoldOutlined />}
          onClick={onToggleMenu}
          aria-label={isCollapsed ? t('shell.expandMenu') : t('shell.collapseMenu')}
          aria-expanded={!isCollapsed}
        />
      </div>
      <Breadcrumb />
      <button type="button" className="search-button" onClick={onSearch} data-testid="global-search">
        <SearchOutlined aria-hidden="true" /> <span>{t('palette.open')}</span> <kbd>Ctrl K</kbd>
      </button>
      <CompanySwitch />
      <AppearanceSwitch />
      <LanguageSwitch onChoose={chooseLanguage} />
      <UserMenu onShortcuts={onShortcuts} />
    </header>
  )
}
