import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import { configureClient } from '../../api/client'
import type { Language } from '../../api/types'
import { en, type Key } from './en'
import { zhHans } from './zh-Hans'

const dictionaries: Record<Language, Record<Key, string>> = { en, 'zh-Hans': zhHans }
const STORED = 'jingwei.language'

export type Translate = (key: Key, values?: Record<string, string | number>) => string

interface LanguageContext {
  language: Language
  setLanguage: (language: Language) => void
  t: Translate
}

const Context = createContext<LanguageContext | null>(null)

/** A name as it stands inside an English sentence: "Sales orders" → "sales orders", "VAT rates" as they are. */
const within = (name: string): string => name.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())

/** "{n} record|{n} records": the form before the bar stands for one. "{plural:within}" is a name inside a sentence. */
export function translate(language: Language, key: Key, values: Record<string, string | number> = {}): string {
  const [one = '', many] = dictionaries[language][key].split('|')
  const text = many !== undefined && values['n'] !== 1 ? many : one
  return text.replace(/\{(\w+)(:within)?\}/g, (_, name: string, inside?: string) => {
    const value = String(values[name] ?? '')
    return inside ? within(value) : value
  })
}

function initialLanguage(): Language {
  const stored = localStorage.getItem(STORED)
  if (stored === 'en' || stored === 'zh-Hans') return stored
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh-Hans' : 'en'
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, change] = useState<Language>(() => {
    const first = initialLanguage()
    configureClient({ language: first })
    return first
  })
  const setLanguage = useCallback((next: Language) => {
    localStorage.setItem(STORED, next)
    configureClient({ language: next })
    change(next)
  }, [])
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  const value = useMemo<LanguageContext>(
    () => ({ language, setLanguage, t: (key, values) => translate(language, key, values) }),
    [language, setLanguage],
  )
  return <Context value={value}>{children}</Context>
}

export function useLanguage(): LanguageContext {
  const context = useContext(Context)
  if (!context) throw new Error('useLanguage outside of LanguageProvider')
  return context
}

export function useT(): Translate {
  return useLanguage().t
}
