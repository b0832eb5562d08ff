// Demonstration declarations for working on the screens without a server. Plainly made up; not shipped.

const both = (en, zh) => ({ en, zh })
export const labels = both

const field = (name, type, label, more = {}) => ({
  name,
  type,
  label,
  help: both('', ''),
  required: false,
  read_only: false,
  listable: true,
  ...more,
})

const STATES = [
  { key: 'draft', label: both('Draft', '草稿'), colour: 'grey' },
  { key: 'active', label: both('Active', '启用'), colour: 'green' },
  { key: 'inactive', label: both('Inactive', '停用'), colour: 'red' },
]

const action = (key, label, source, target, more = {}) => ({
  key,
  label,
  help: both('', ''),
  style: 'default',
  source,
  target,
  batch: true,
  ask: null,
  inputs: [],
  may: true,
  ...more,
})

const ACTIONS = [
  action('activate', both('Activate', '启用'), ['draft', 'inactive'], 'active', { style: 'primary' }),
  action('deactivate', both('Deactivate', '停用'), ['active'], 'inactive', {
    style: 'danger',
    ask: both(
      'New documents can no longer use it; open ones are finished as usual.',
      '停用后新单据不能再引用，已有单据照常完成。',
    ),
    inputs: [field('reason', 'text', both('Reason', '原因'), { required: true })],
  }),
]

const ITEM_KIND = field('kind', 'choice', both('Kind', '类别属性'), {
  required: true,
  default: 'goods',
  choices: [
    { value: 'goods', label: both('Goods', '存货') },
    { value: 'service', label: both('Service', '服务') },
    { value: 'asset', label: both('Asset', '资产') },
  ],
})
const UNIT = { key: 'masterdata.unit', path: 'masterdata/units' }
const PARTY = { key: 'masterdata.party', path: 'masterdata/parties' }

const may = { view: true, create: true, edit: true, delete: true, import: true, export: true }

export const DOCUMENTS = [
  {
    key: 'masterdata.item',
    path: 'masterdata/items',
    label: both('Item', '物料'),
    plural: both('Items', '物料'),
    help: both('Everything bought, made, kept in stock or sold.', '采购、生产、库存与销售的一切对象。'),
    title_fields: ['code', 'name'],
    states: STATES,
    initial_state: 'draft',
    editable_in: ['draft', 'active'],
    fields: [
      field('code', 'code', both('Code', '物料编码'), {
        required: true,
        max_length: 40,
        help: both('Unique in the group.', '集团内唯一。'),
      }),
      field('name', 'text', both('Name', '名称'), { read_only: true }),
      field('name_zh', 'text', both('Chinese name', '中文名称'), { max_length: 200 }),
      field('name_en', 'text', both('English name', '英文名称'), { required: true, max_length: 200 }),
      field('kind', 'choice', ITEM_KIND.label, ITEM_KIND),
      field('unit', 'reference', both('Base unit', '基本单位'), { required: true, target: UNIT }),
      field('supplier', 'reference', both('Main supplier', '主要供应商'), { target: PARTY }),
      field('price_sale', 'price', both('List price', '标准售价'), { scale: 8, min: '0' }),
      field('quantity_safety', 'quantity', both('Safety stock', '安全库存'), { unit_field: 'unit', scale: 6 }),
      field('amount_year', 'amount', both('Sales this year', '本年销售额'), { read_only: true, scale: 2 }),
      field('is_lot_tracked', 'bool', both('Tracked by lot', '批次管理')),
      field('valid_on', 'date', both('Valid from', '生效日期')),
      field('specification', 'multiline', both('Specification', '规格型号')),
      field('custom', 'json', both('Custom fields', '自定义字段'), { listable: false, read_only: true }),
    ],
    lines: [
      {
        name: 'units',
        label: both('Further units', '辅助单位'),
        help: both(
          'What one further unit is worth in base units, as an exact ratio.',
          '一个辅助单位折合基本单位的精确比值。',
        ),
        order: ['unit', 'numerator', 'denominator', 'use', 'is_default', 'factor'],
        min: 0,
        fields: [
          field('unit', 'reference', both('Unit', '单位'), { required: true, target: UNIT }),
          field('numerator', 'integer', both('Numerator', '分子'), { required: true }),
          field('denominator', 'integer', both('Denominator', '分母'), { default: 1 }),
          field('use', 'choice', both('Used for', '用途'), {
            choices: [
              { value: 'purchase', label: both('Purchasing', '采购') },
              { value: 'sale', label: both('Sales', '销售') },
            ],
          }),
          field('is_default', 'bool', both('Default', '默认')),
          field('factor', 'ratio', both('Base units', '折合基本单位'), { read_only: true }),
        ],
      },
    ],
    sections: [
      {
        key: 'main',
        label: both('General', '基本信息'),
        fields: ['code', 'name_en', 'name_zh', 'kind', 'unit', 'is_lot_tracked'],
        folded: false,
      },
      {
        key: 'trade',
        label: both('Trade', '购销'),
        fields: ['supplier', 'price_sale', 'quantity_safety', 'amount_year', 'valid_on'],
        folded: false,
      },
      { key: 'more', label: both('Further details', '更多'), fields: ['specification', 'custom'], folded: true },
    ],
    columns: ['code', 'name', 'kind', 'unit', 'price_sale', 'quantity_safety', 'amount_year', 'valid_on', 'state'],
    filters: ['state', 'kind', 'unit', 'supplier', 'code', 'price_sale', 'valid_on', 'is_lot_tracked'],
    sortable: ['code', 'name', 'price_sale', 'quantity_safety', 'amount_year', 'valid_on'],
    sort: 'code',
    actions: ACTIONS,
    may,
    has_preview: true,
    has_versions: true,
    pivot: { dimensions: [], measures: [] },
  },
  {
    key: 'masterdata.unit',
    path: 'masterdata/units',
    label: both('Unit', '计量单位'),
    plural: both('Units of measure', '计量单位'),
    help: both('How quantities are counted, weighed and measured.', '数量的计数、计重与计量方式。'),
    title_fields: ['code', 'name'],
    states: STATES,
    initial_state: 'active',
    editable_in: ['draft', 'active'],
    fields: [
      field('code', 'code', both('Code', '编码'), { required: true }),
      field('name', 'text', both('Name', '名称'), { read_only: true }),
      field('name_zh', 'text', both('Chinese name', '中文名称')),
      field('name_en', 'text', both('English name', '英文名称'), { required: true }),
      field('decimals', 'integer', both('Decimals', '小数位数'), { default: 0 }),
    ],
    lines: [],
    sections: [
      {
        key: 'main',
        label: both('General', '基本信息'),
        fields: ['code', 'name_en', 'name_zh', 'decimals'],
        folded: false,
      },
    ],
    columns: ['code', 'name', 'decimals', 'state'],
    filters: ['state'],
    sortable: ['code', 'name'],
    sort: 'code',
    actions: ACTIONS,
    may,
    has_preview: true,
    has_versions: true,
    pivot: { dimensions: [], measures: [] },
  },
  {
    key: 'masterdata.party',
    path: 'masterdata/parties',
    label: both('Party', '往来单位'),
    plural: both('Parties', '往来单位'),
    help: both('Customers, suppliers and everybody else we deal with.', '客户、供应商及其他往来对象。'),
    title_fields: ['code', 'name'],
    states: STATES,
    initial_state: 'draft',
    editable_in: ['draft', 'active'],
    fields: [
      field('code', 'code', both('Code', '编码'), { required: true }),
      field('name', 'text', both('Name', '名称'), { read_only: true }),
      field('name_zh', 'text', both('Chinese name', '中文名称')),
      field('name_en', 'text', both('English name', '英文名称'), { required: true }),
      field('email', 'email', both('E-mail', '电子邮箱')),
      field('is_customer', 'bool', both('Customer', '客户')),
      field('is_supplier', 'bool', both('Supplier', '供应商')),
      field('amount_credit', 'amount', both('Credit limit', '信用额度'), { scale: 2 }),
    ],
    lines: [],
    sections: [
      {
        key: 'main',
        label: both('General', '基本信息'),
        fields: ['code', 'name_en', 'name_zh', 'email', 'is_customer', 'is_supplier', 'amount_credit'],
        folded: false,
      },
    ],
    columns: ['code', 'name', 'is_customer', 'is_supplier', 'amount_credit', 'state'],
    filters: ['state', 'is_customer', 'is_supplier', 'amount_credit'],
    sortable: ['code', 'name', 'amount_credit'],
    sort: 'code',
    actions: ACTIONS,
    may,
    has_preview: false,
    has_versions: true,
    pivot: { dimensions: [], measures: [] },
  },
]

export const INITIALS = {
  'masterdata.item': 'wl',
  'masterdata.unit': 'jldw',
  'masterdata.party': 'wldw',
  'masterdata.dictionary': 'sjzd',
}

/** Labels in one language; lists of fields become the objects the contract asks for. */
export function inLanguage(value, language) {
  if (Array.isArray(value)) return value.map((one) => inLanguage(one, language))
  if (value === null || typeof value !== 'object') return value
  if ('en' in value && 'zh' in value && Object.keys(value).length === 2) return language === 'en' ? value.en : value.zh
  const result = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inLanguage(one, language)]))
  if (Array.isArray(result.fields) && typeof result.fields[0] === 'object')
    result.fields = Object.fromEntries(result.fields.map((one) => [one.name, one]))
  return result
}
