import { PrinterOutlined } from '@ant-design/icons'
import { Button, Dropdown } from 'antd'
import { urlOf } from '../api/client'
import type { DocumentMeta, Language } from '../api/types'
import { useLanguage } from '../app/i18n/language'

const LANGUAGES: { language: Language; code: string; name: string }[] = [
  { language: 'zh-Hans', code: 'zh-hans', name: '中文' },
  { language: 'en', code: 'en', name: 'English' },
]

/** Each paper in each language, the reader's own first; a choice opens the PDF in a tab of its own. */
export function PrintMenu({
  meta,
  ids,
  isDisabled = false,
  size = 'middle',
}: {
  meta: DocumentMeta
  ids: number[]
  isDisabled?: boolean
  size?: 'small' | 'middle'
}) {
  const { t, language } = useLanguage()
  const prints = meta.prints ?? []
  if (!meta.may.print || prints.length === 0) return null
  const languages = [...LANGUAGES].sort((left) => (left.language === language ? -1 : 1))
  const address = (key: string, code: string) =>
    ids.length === 1
      ? urlOf(`${meta.path}/${ids[0]}/print/${key}`, { language: code })
      : urlOf(`${meta.path}/print/${key}`, { ids: ids.join(','), language: code })
  const items = languages.flatMap(({ code, name }) =>
    prints.map((one) => ({
      key: `${one.key}-${code}`,
      label: (
        <a href={address(one.key, code)} target="_blank" rel="noopener" data-testid={`print-${one.key}-${code}`}>
          {one.label} · {name}
        </a>
      ),
    })),
  )
  return (
    <Dropdown trigger={['click']} menu={{ items }} disabled={isDisabled}>
      <Button size={size} icon={<PrinterOutlined />} title={t('print.print')} data-testid="print">
        {t('print.print')}
      </Button>
    </Dropdown>
  )
}
