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
import type { ComponentType } from 'react'
import { NavLink } from 'react-router'
import type { MenuGroup } from '../api/types'
import { useApplication } from './application'
import { useT } from './i18n/language'

const ICONS: Record<string, ComponentType> = {
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

function Group({ group, isCollapsed }: { group: MenuGroup; isCollapsed: boolean }) {
  const Icon = ICONS[group.key] ?? AppstoreOutlined
  const first = group.entries[0]
  if (isCollapsed) {
    return first ? (
      <Tooltip title={group.label} placement="right">
        <NavLink to={`/${first.path}`} className="menu-icon" aria-label={group.label}>
          <Icon />
        </NavLink>
      </Tooltip>
    ) : null
  }
  return (
    <section className="menu-group" aria-labelledby={`menu-${group.key}`}>
      <h2 id={`menu-${group.key}`}>
        <Icon /> {group.label}
      </h2>
      <ul>
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
  return (
    <nav className="side-menu" aria-label={t('shell.menu')}>
      {isCollapsed ? (
        <Tooltip title={t('common.home')} placement="right">
          <NavLink to="/" end className="menu-icon" aria-label={t('common.home')}>
            <HomeOutlined />
          </NavLink>
        </Tooltip>
      ) : (
        <NavLink to="/" end className="menu-home">
          <HomeOutlined /> {t('common.home')}
        </NavLink>
      )}
      {app.menu.map((group) => (
        <Group key={group.key} group={group} isCollapsed={isCollapsed} />
      ))}
    </nav>
  )
}
