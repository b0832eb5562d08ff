import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { App as AntApp, ConfigProvider } from 'antd'
import enUS from 'antd/es/locale/en_US'
import zhCN from 'antd/es/locale/zh_CN'
import dayjs from 'dayjs'
import 'dayjs/locale/zh-cn'
import { useEffect, useState } from 'react'
import { RouterProvider } from 'react-router'
import { asProblem } from '../api/problem'
import { AppearanceProvider, useAppearance } from './appearance'
import { LanguageProvider, useLanguage } from './i18n/language'
import { nonce } from './nonce'
import { router } from './routes'
import { SessionGate } from './session'
import { themes } from './theme'

function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        refetchOnWindowFocus: false,
        // Without a network a page says so; it does not wait for one in silence.
        networkMode: 'always',
        // A refusal is an answer; only a silent network or a stumbling server is worth another try.
        retry: (failures, error) => failures < 2 && asProblem(error).isUncertain,
      },
      mutations: { networkMode: 'always' },
    },
  })
}

const csp = { nonce }

function Themed() {
  const { language } = useLanguage()
  const { isDark } = useAppearance()
  useEffect(() => {
    dayjs.locale(language === 'en' ? 'en' : 'zh-cn')
  }, [language])
  return (
    <ConfigProvider
      theme={isDark ? themes.dark : themes.light}
      locale={language === 'en' ? enUS : zhCN}
      csp={csp}
      button={{ autoInsertSpace: false }}
    >
      <AntApp className="app" message={{ maxCount: 3 }} notification={{ placement: 'bottomRight' }}>
        <SessionGate>
          <RouterProvider router={router} />
        </SessionGate>
      </AntApp>
    </ConfigProvider>
  )
}

export function App() {
  const [client] = useState(makeQueryClient)
  return (
    <QueryClientProvider client={client}>
      <LanguageProvider>
        <AppearanceProvider>
          <Themed />
        </AppearanceProvider>
      </LanguageProvider>
    </QueryClientProvider>
  )
}
