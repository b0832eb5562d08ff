import { BulbOutlined, DesktopOutlined, MoonOutlined, SunOutlined } from '@ant-design/icons'
import { Button, Dropdown } from 'antd'
import { createContext, useCallback, useContext, useEffect, useLayoutEffect, useMemo, useState, type ReactNode } from 'react'
import { readStored, removeStored, writeStored } from '../shared/storage'
import type { Key } from './i18n/en'
import { useT } from './i18n/language'

/** Light, dark, or as the system has it; kept by this browser. index.html reads the same before anything is drawn. */
export type Appearance = 'system' | 'light' | 'dark'

const STORED = 'jingwei.appearance'
const DARK = '(prefers-color-scheme: dark)'

interface AppearanceContext {
  appearance: Appearance
  isDark: boolean
  choose: (appearance: Appearance) => void
}

const Context = createContext<AppearanceContext | null>(null)

/** What was stored, or following the system where nothing usable was. */
export function readAppearance(stored: unknown): Appearance {
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

export function AppearanceProvider({ children }: { children: ReactNode }) {
  const [appearance, setAppearance] = useState(() => readAppearance(readStored(STORED)))
  const [isSystemDark, setSystemDark] = useState(() => window.matchMedia(DARK).matches)
  useEffect(() => {
    const system = window.matchMedia(DARK)
    const changed = () => setSystemDark(system.matches)
    system.addEventListener('change', changed)
    return () => system.removeEventListener('change', changed)
  }, [])
  const isDark = appearance === 'dark' || (appearance === 'system' && isSystemDark)
  // Before the effects of what is drawn: charts read their colours from the styles.
  useLayoutEffect(() => {
    document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light'
  }, [isDark])
  const choose = useCallback((next: Appearance) => {
    if (next === 'system') removeStored(STORED)
    else writeStored(STORED, next)
    setAppearance(next)
  }, [])
  const value = useMemo(() => ({ appearance, isDark, choose }), [appearance, isDark, choose])
  return <Context value={value}>{children}</Context>
}

export function useAppearance(): AppearanceContext {
  const context = useContext(Context)
  if (!context) throw new Error('useAppearance outside of AppearanceProvider')
  return context
}

const CHOICES: [Appearance, Key, ReactNode][] = [
  ['system', 'appearance.system', <DesktopOutlined key="system" />],
  ['light', 'appearance.light', <SunOutlined key="light" />],
  ['dark', 'appearance.dark', <MoonOutlined key="dark" />],
]

export function AppearanceSwitch() {
  const t = useT()
  const { appearance, choose } = useAppearance()
  const items = CHOICES.map(([key, label, icon]) => ({ key, label: t(label), icon }))
  return (
    <Dropdown
      trigger={['click']}
      placement="bottomRight"
      menu={{
        items,
        selectable: true,
        selectedKeys: [appearance],
        onClick: ({ key }) => choose(key as Appearance),
      }}
    >
      <Button type="text" icon={<BulbOutlined />} aria-label={t('appearance.label')} data-testid="appearance" />
    </Dropdown>
  )
}
