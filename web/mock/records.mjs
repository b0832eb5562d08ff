// Demonstration records. Plainly made up; not shipped.
import { DOCUMENTS } from './declarations.mjs'

const ADMIN = { id: 1, name: 'Demo Keeper' }
let next = 100
export const newId = () => (next += 1)
export const store = Object.fromEntries(DOCUMENTS.map((document) => [document.key, new Map()]))
export const timelines = new Map()
export const attachments = new Map()

export function touch(record, label, changes = [], states = {}) {
  const at = new Date().toISOString()
  Object.assign(record, { updated_at: at, updated_by: ADMIN })
  const entries = timelines.get(record.id) ?? []
  entries.unshift({
    id: newId(),
    at,
    kind: 'event',
    action: 'change',
    label,
    actor: ADMIN,
    via: 'web',
    from_state: states.from ?? null,
    to_state: states.to ?? null,
    changes,
  })
  timelines.set(record.id, entries)
}

export function insert(key, values, state) {
  const at = new Date().toISOString()
  const record = { id: newId(), version: 1, state, created_at: at, created_by: ADMIN, ...values }
  store[key].set(record.id, record)
  touch(record, { en: 'Created', zh: '创建' })
  return record
}

export const refer = (key, record, language) => ({
  id: record.id,
  key,
  number: record.code,
  title: nameOf(record, language),
})
export const nameOf = (record, language) => (language === 'en' ? record.name_en : record.name_zh || record.name_en)

const unit = (code, name_en, name_zh, decimals = 0) =>
  insert('masterdata.unit', { code, name_en, name_zh, decimals }, 'active')
const pcs = unit('PCS', 'Piece', '件')
const box = unit('BOX', 'Box', '箱')
const kg = unit('KG', 'Kilogram', '千克', 3)
const metre = unit('M', 'Metre', '米', 2)
insert('masterdata.unit', { code: 'GRS', name_en: 'Gross', name_zh: '罗', decimals: 0 }, 'inactive')

const party = (code, name_en, name_zh, is_customer, is_supplier, amount_credit) =>
  insert(
    'masterdata.party',
    { code, name_en, name_zh, email: `${code.toLowerCase()}@example.com`, is_customer, is_supplier, amount_credit },
    'active',
  )
const steel = party('S-001', 'Example Steel Ltd', '示例钢铁有限公司', false, true, null)
const plastics = party('S-002', 'Example Plastics', '示例塑料厂', false, true, '50000.0000')
party('C-001', 'Example Trading', '示例贸易公司', true, false, '1250000.5000')
party('C-002', 'Example Retail', '示例零售', true, true, '-300.0000')

const PARTS = [
  ['Bracket', '支架'],
  ['Bolt M8', '螺栓 M8'],
  ['Washer', '垫圈'],
  ['Cable', '电缆'],
  ['Housing', '外壳'],
  ['Bearing', '轴承'],
  ['Gasket', '密封圈'],
  ['Resin', '树脂'],
]
for (let at = 1; at <= 128; at += 1) {
  const [en, zh] = PARTS[at % PARTS.length]
  const base = en === 'Cable' ? metre : en === 'Resin' ? kg : pcs
  insert(
    'masterdata.item',
    {
      code: `ITEM-${String(at).padStart(4, '0')}`,
      name_en: `${en} ${at}`,
      name_zh: `${zh} ${at} 号`,
      kind: at % 17 === 0 ? 'service' : 'goods',
      unit: base.id,
      supplier: at % 3 === 0 ? steel.id : at % 3 === 1 ? plastics.id : null,
      price_sale: `${at * 3}.${String(at % 100).padStart(2, '0')}500000`.slice(0, 12),
      quantity_safety: at % 4 === 0 ? null : `${at * 250}.500000`,
      amount_year: at % 9 === 0 ? `-${at * 12}.5000` : `${at * 13579}.9900`,
      is_lot_tracked: at % 5 === 0,
      valid_on: `2026-${String((at % 12) + 1).padStart(2, '0')}-0${(at % 9) + 1}`,
      specification: at % 6 === 0 ? 'Ø 8 mm\nzinc plated / 镀锌' : null,
      custom: {},
      units:
        at % 2 === 0
          ? [{ id: newId(), unit: box.id, numerator: 12, denominator: 1, use: 'purchase', is_default: true }]
          : [],
    },
    at % 11 === 0 ? 'inactive' : at % 7 === 0 ? 'draft' : 'active',
  )
}
