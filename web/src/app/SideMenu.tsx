import {
  AccountBookOutlined,
  ApartmentOutlined,
  AppstoreOutlined,
  BankOutlined,
  BarChartOutlined,
  BuildOutlined,
  CalendarOutlined,
  ControlOutlined,
  DatabaseOutlined,
  DownOutlined,
  FileDoneOutlined,
  HomeOutlined,
  ImportOutlined,
  InboxOutlined,
  RobotOutlined,
  ShoppingCartOutlined,
  ShoppingOutlined,
  ToolOutlined,
} from '@ant-design/icons'
import { Tooltip } from 'antd'
import { useState, type ComponentType } from 'react'
import { NavLink, useLocation } from 'react-router'
import type { MenuGroup } from '../api/types'
import { readStored, writeStored } from '../shared/storage'
import { useApplication } from './application'
import { useT } from './i18n/language'

const ICONS: Record<string, ComponentType<{ 'aria-hidden'?: boolean }>> = {
  platform: ControlOutlined,
  masterdata: DatabaseOutlined,
  engineering: ApartmentOutlined,
  books: AccountBookOutlined,
  stock: InboxOutlined,
  finance: BankOutlined,
  warehouse: InboxOutlined,
  sales: ShoppingOutlined,
  purchasing: ShoppingCartOutlined,
  production: BuildOutlined,
  planning: CalendarOutlined,
  closing: FileDoneOutlined,
  insight: BarChartOutlined,
  automation: RobotOutlined,
  integration: ImportOutlined,
  tools: ToolOutlined,
}

const OPENED = 'jingwei.menu.opened'

/** Departments the person opened or closed; the one they are in stands open unless they closed it. */
function useOpened(menu: MenuGroup[]) {
  const { pathname } = useLocation()
  const [chosen, setChosen] = useState<Record<string, boolean>>(() => readStored(OPENED) ?? {})
  const current = menu.find((group) =>
    group.entries.some(({ path }) => pathname === `/${path}` || pathname.startsWith(`/${path}/`)),
  )
  const isOpen = (key: string): boolean => chosen[key] ?? key === current?.key
  const toggle = (key: string) => {
    const next = { ...chosen, [key]: !isOpen(key) }
    writeStored(OPENED, next)
    setChosen(next)
  }
  return { isOpen, toggle }
}

interface GroupProps {
  group: MenuGroup
  isCollapsed: boolean
  isOpen: boolean
  onToggle: () => void
}

function Group({ group, isCollapsed, isOpen, onToggle }: GroupProps) {
  const Icon = ICONS[group.key] ?? AppstoreOutlined
  const first = group.entries[0]
  if (isCollapsed) {
    return first ? (
      <Tooltip title={group.label} placement="right">
        <NavLink to={`/${first.path}`} className="menu-icon" aria-label={group.label}>
          <Icon aria-hidden />
        </NavLink>
      </Tooltip>
    ) : null
  }
  return (
    <section className="menu-group" aria-labelledby={`menu-${group.key}`}>
      <h2 id={`menu-${group.key}`}>
        <button
          type="button"
          className="menu-toggle"
          aria-expanded={isOpen}
          aria-controls={`menu-entries-${group.key}`}
          onClick={onToggle}
          data-testid={`menu-group-${group.key}`}
        >
          <Icon aria-hidden /> {group.label}
          <DownOutlined className="menu-caret" aria-hidden="true" />
        </button>
      </h2>
      <ul id={`menu-entries-${group.key}`} hidden={!isOpen}>
        {group.entries.map((entry) => (
          <li key={entry.key}>
            <NavLink to={`/${entry.path}`} data-testid={`menu-${entry.key}`}>
              {entry.label}
            </NavLink>
          </li>
        ))}
      </ul>
    </section>
  )
}

export function SideMenu({ isCollapsed }: { isCollapsed: boolean }) {
  const t = useT()
  const { app } = useApplication()
  const { isOpen, toggle } = useOpened(app.menu)
  return (
    <nav className="side-menu" aria-label={t('shell.menu')}>
      {isCollapsed ? (
        <Tooltip title={t('common.home')} placement="right">
          <NavLink to="/" end className="menu-icon" aria-label={t('common.home')}>
            <HomeOutlined aria-hidden />
          </NavLink>
        </Tooltip>
      ) : (
        <NavLink to="/" end className="menu-home">
          <HomeOutlined aria-hidden /> {t('common.home')}
        </NavLink>
      )}
      {app.menu.map((group) => (
        <Group
          key={group.key}
          group={group}
          isCollapsed={isCollapsed}
          isOpen={isOpen(group.key)}
          onToggle={() => toggle(group.key)}
        />
      ))}
    </nav>
  )
}
