import { useEffect, useState } from 'react'
import { Outlet, useLocation } from 'react-router'
import { useT } from './i18n/language'
import { readStored, writeStored } from '../shared/storage'
import { ApplicationProvider } from './application'
import { CommandPalette } from './CommandPalette'
import { usePagesAhead } from './PathPage'
import { PlaceProvider } from './place'
import { ShortcutsDialog } from './ShortcutsDialog'
import { SideMenu } from './SideMenu'
import { TopBar } from './TopBar'
import { isTyping } from '../shared/keys'

const COLLAPSED = 'jingwei.menu.collapsed'

type Overlay = 'palette' | 'shortcuts' | null

/** Ctrl-K anywhere, `?` outside of fields. */
function useShellKeys(setOverlay: (overlay: Overlay) => void): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        setOverlay('palette')
      } else if (event.key === '?' && !isTyping(event)) {
        event.preventDefault()
        setOverlay('shortcuts')
      }
    }
    window.addEventListener('keydown', pressed)
    return () => window.removeEventListener('keydown', pressed)
  }, [setOverlay])
}

export function Shell() {
  const t = useT()
  const [isCollapsed, setCollapsed] = useState(() => readStored<boolean>(COLLAPSED) ?? false)
  const [overlay, setOverlay] = useState<Overlay>(null)
  useShellKeys(setOverlay)
  usePagesAhead()
  // On a narrow screen the menu lies over the page while it is wanted, and goes when a page was chosen.
  const [isOver, setOver] = useState(false)
  const { pathname } = useLocation()
  useEffect(() => setOver(false), [pathname])
  const toggle = () => {
    if (window.matchMedia('(max-width: 900px)').matches) return setOver(!isOver)
    writeStored(COLLAPSED, !isCollapsed)
    setCollapsed(!isCollapsed)
  }
  return (
    <ApplicationProvider>
      <PlaceProvider>
        <a className="skip-link" href="#content">
          {t('shell.skip')}
        </a>
        <div className={['shell', isCollapsed ? 'shell-collapsed' : '', isOver ? 'shell-over' : ''].join(' ').trim()}>
          <TopBar
            isCollapsed={isCollapsed}
            onToggleMenu={toggle}
            onSearch={() => setOverlay('palette')}
            onShortcuts={() => setOverlay('shortcuts')}
          />
          <SideMenu isCollapsed={isCollapsed && !isOver} />
          <main id="content" className="content" tabIndex={-1}>
            <Outlet />
          </main>
        </div>
        {overlay === 'palette' && <CommandPalette onClose={() => setOverlay(null)} />}
        {overlay === 'shortcuts' && <ShortcutsDialog onClose={() => setOverlay(null)} />}
      </PlaceProvider>
    </ApplicationProvider>
  )
}
