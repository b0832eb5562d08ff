// Lists, records, actions, previews and imports of the demonstration documents.
import { DOCUMENTS, inLanguage } from './declarations.mjs'
import { Problem } from './problem.mjs'
import { attachments, insert, nameOf, newId, refer, store, timelines, touch } from './records.mjs'

const say = (language, en, zh) => (language === 'en' ? en : zh)

function shown(document, record, language) {
  const result = { ...record, name: nameOf(record, language) }
  for (const field of document.fields)
    if (field.type === 'reference') result[field.name] = reference(field, record[field.name], language)
  for (const lines of document.lines) {
    result[lines.name] = (record[lines.name] ?? []).map((line) => {
      const unit = lines.fields.find((one) => one.name === 'unit')
      return {
        ...line,
        unit: reference(unit, line.unit, language),
        factor: line.numerator ? String(Number(line.numerator) / Number(line.denominator || 1)) : null,
      }
    })
  }
  result.allowed = document.actions.map((action) => {
    const enabled = action.source.includes(record.state)
    return {
      key: action.key,
      enabled,
      reason: enabled
        ? null
        : say(language, `Only from: ${action.source.join(', ')}.`, `仅在以下状态可用：${action.source.join('、')}。`),
    }
  })
  return result
}

function reference(field, id, language) {
  const found = resolve(field, id)
  return found ? refer(field.target.key, found, language) : null
}

function resolve(field, value) {
  if (value === null || value === undefined) return null
  const records = store[field.target.key]
  return typeof value === 'number'
    ? records.get(value)
    : [...records.values()].find((one) => one.code.toLowerCase() === String(value).toLowerCase())
}

function valueErrors(fields, values, prefix, language, required) {
  return fields.flatMap((field) => {
    const value = values[field.name]
    const at = prefix + field.name
    const label = inLanguage(field.label, language)
    if (value === null || value === undefined || value === '')
      return field.required && (required || field.name in values) && field.default === undefined
        ? [{ code: 'field.required', message: say(language, `${label} is required.`, `${label}必填。`), field: at }]
        : []
    if (field.type === 'reference' && !resolve(field, value))
      return [
        {
          code: 'reference.unknown',
          message: say(language, `${label}: no record “${value}”.`, `${label}：没有“${value}”。`),
          hint: say(language, 'Choose from the list.', '请从列表中选择。'),
          field: at,
        },
      ]
    if (['quantity', 'price', 'amount', 'integer'].includes(field.type) && !/^-?\d+(\.\d+)?$/.test(String(value)))
      return [
        {
          code: 'number.invalid',
          message: say(language, `${label}: “${value}” is not a number.`, `${label}：“${value}”不是数字。`),
          field: at,
        },
      ]
    return []
  })
}

function checked(document, body, language, required = true) {
  const errors = valueErrors(
    document.fields.filter((field) => !field.read_only),
    body,
    '',
    language,
    required,
  )
  for (const lines of document.lines) {
    for (const [at, line] of (body[lines.name] ?? []).entries()) {
      errors.push(
        ...valueErrors(
          lines.fields.filter((field) => !field.read_only),
          line,
          `${lines.name}.${at}.`,
          language,
          true,
        ).map((error) => ({ ...error, line: at + 1 })),
      )
      if (Number(line.numerator) <= 0)
        errors.push({
          code: 'ratio.not_positive',
          message: say(language, 'The numerator must be above 0.', '分子必须大于 0。'),
          field: `${lines.name}.${at}.numerator`,
          line: at + 1,
        })
    }
  }
  return errors
}

function resolved(document, body) {
  const values = { ...body }
  for (const field of document.fields)
    if (field.type === 'reference' && field.name in values)
      values[field.name] = resolve(field, values[field.name])?.id ?? null
  for (const lines of document.lines)
    if (lines.name in values)
      values[lines.name] = values[lines.name].map((line) => ({
        denominator: 1,
        ...line,
        id: line.id ?? newId(),
        unit: resolve(lines.fields[0], line.unit)?.id ?? null,
      }))
  return values
}

const defaults = (document) =>
  Object.fromEntries(
    document.fields.filter((field) => field.default !== undefined).map((field) => [field.name, field.default]),
  )

function matches(document, record, url, language) {
  const search = (url.searchParams.get('search') ?? '').toLowerCase()
  if (
    search &&
    ![record.code, record.name_en, record.name_zh].some((one) =>
      String(one ?? '')
        .toLowerCase()
        .includes(search),
    )
  )
    return false
  for (const [name, value] of url.searchParams) {
    const [, field, op] = /^filter\[(.+)\]\[(.+)\]$/.exec(name) ?? []
    if (!field) continue
    const own = field === 'name' ? nameOf(record, language) : record[field]
    const isNumber = /^-?\d/.test(value) && !/^\d{4}-/.test(value)
    const [left, right] = isNumber ? [Number(own), Number(value)] : [String(own ?? ''), value]
    const tests = {
      in: () => value.split(',').includes(String(own)),
      eq: () => String(own) === value,
      contains: () =>
        String(own ?? '')
          .toLowerCase()
          .includes(value.toLowerCase()),
      starts: () => String(own ?? '').startsWith(value),
      gte: () => own != null && left >= right,
      lte: () => own != null && left <= right,
      gt: () => own != null && left > right,
      lt: () => own != null && left < right,
      null: () => (own == null || own === '') === (value === 'true'),
    }
    if (!tests[op]) throw new Problem(400, 'query.unknown', `Unknown operator ${op}`)
    if (!tests[op]()) return false
  }
  return true
}

function list(document, url, language) {
  if ((url.searchParams.get('fields') ?? '').split(',').includes('state'))
    throw new Problem(400, 'query.unknown', 'state is not a field; it comes with every row')
  const sort = url.searchParams.get('sort') ?? document.sort
  const name = sort.replace('-', '')
  const sign = sort.startsWith('-') ? -1 : 1
  const key = (record) => (name === 'name' ? nameOf(record, language) : record[name])
  const rows = [...store[document.key].values()]
    .filter((record) => matches(document, record, url, language))
    .sort((left, right) => {
      const [a, b] = [key(left), key(right)]
      const order =
        /^-?\d+(\.\d+)?$/.test(String(a)) && /^-?\d+(\.\d+)?$/.test(String(b))
          ? Number(a) - Number(b)
          : String(a ?? '').localeCompare(String(b ?? ''))
      return sign * order
    })
  const from = Number(url.searchParams.get('cursor') ?? 0)
  const limit = Number(url.searchParams.get('limit') ?? 50)
  const answer = {
    rows: rows.slice(from, from + limit).map((record) => shown(document, record, language)),
    next: from + limit < rows.length ? String(from + limit) : null,
  }
  return url.searchParams.get('count') ? { ...answer, count: rows.length } : answer
}

function ifMatch(request, record, language) {
  const version = /"(\d+)"/.exec(request.headers['if-match'] ?? '')?.[1]
  if (version === undefined) throw new Problem(428, 'version.missing', 'If-Match is missing')
  if (Number(version) !== record.version)
    throw new Problem(409, 'version.conflict', say(language, 'The record has changed meanwhile.', '记录已被修改。'), [])
}

function patch(document, record, body, language) {
  const errors = checked(document, body, language, false)
  if (errors.length > 0)
    throw new Problem(
      422,
      'validation.failed',
      say(language, 'The record cannot be saved like this.', '无法保存。'),
      errors,
    )
  const values = resolved(document, body)
  const changes = Object.keys(values)
    .filter((name) => document.fields.some((field) => field.name === name))
    .map((name) => {
      const field = document.fields.find((one) => one.name === name)
      const text = (value) => (field.type === 'reference' ? reference(field, value, language) : value)
      return { field: name, label: inLanguage(field.label, language), old: text(record[name]), new: text(values[name]) }
    })
  Object.assign(record, values, { version: record.version + 1 })
  touch(record, { en: 'Changed', zh: '修改' }, changes)
  return record
}

function act(document, record, key, inputs, language) {
  const action = document.actions.find((one) => one.key === key)
  if (!action) throw new Problem(404, 'not.found', 'Not found')
  if (!action.source.includes(record.state))
    throw new Problem(
      409,
      'state.wrong',
      say(language, `${record.code} is ${record.state}.`, `${record.code} 的状态是 ${record.state}。`),
      [
        {
          code: 'state.wrong',
          message: say(language, `${record.code} is ${record.state}.`, `${record.code} 的状态是 ${record.state}。`),
          hint: say(language, 'Refresh the list.', '请刷新列表。'),
        },
      ],
    )
  const missing = action.inputs.filter((field) => field.required && !inputs[field.name])
  if (missing.length > 0)
    throw new Problem(
      422,
      'validation.failed',
      say(language, 'Input is missing.', '缺少输入。'),
      missing.map((field) => ({
        code: 'field.required',
        message: say(language, 'Required.', '必填。'),
        field: field.name,
      })),
    )
  const from = record.state
  Object.assign(record, { state: action.target, version: record.version + 1 })
  touch(record, action.label, [], { from, to: action.target })
}

function preview(document, body, language) {
  const record = {
    ...defaults(document),
    ...resolved(document, body),
    state: document.initial_state,
    name_en: body.name_en ?? '',
  }
  const warnings =
    Number(body.price_sale) > 100000
      ? [
          {
            code: 'price.unusual',
            message: say(language, 'The price is 20 times the usual one of this kind.', '价格是同类的 20 倍。'),
            field: 'price_sale',
          },
        ]
      : []
  const stored = body.id ? store[document.key].get(body.id) : {}
  return {
    record: { ...shown(document, { ...stored, ...record }, language), allowed: undefined },
    errors: checked(document, body, language),
    warnings,
  }
}

function importFile(document, raw, language) {
  const text = raw.toString('utf8')
  const content = /name="file"[\s\S]*?\r\n\r\n([\s\S]*?)\r\n--/.exec(text)?.[1] ?? ''
  const isDry = /name="dry_run"\r\n\r\n1/.test(text)
  const [head = '', ...lines] = content.trim().split(/\r?\n/)
  const names = head.split(',').map((one) => one.trim())
  if (!names.includes('code'))
    throw new Problem(
      422,
      'import.unreadable',
      say(language, 'The first row names no known column.', '首行没有已知的列名。'),
    )
  const rows = lines.map((line) => Object.fromEntries(line.split(',').map((cell, at) => [names[at], cell.trim()])))
  const errors = rows.flatMap((row, at) =>
    checked(document, row, language).map((error) => ({
      row: at + 2,
      column: error.field,
      cell: `Sheet1!${String.fromCharCode(65 + Math.max(0, names.indexOf(error.field)))}${at + 2}`,
      code: error.code,
      message: error.message,
      hint: error.hint ?? null,
    })),
  )
  const saved = !isDry && errors.length === 0
  if (saved)
    for (const row of rows)
      insert(document.key, resolved(document, { ...defaults(document), ...row }), document.initial_state)
  return {
    encoding: 'UTF-8',
    delimiter: ',',
    rows: rows.length,
    created: errors.length ? 0 : rows.length,
    updated: 0,
    unchanged: 0,
    ignored: 0,
    errors,
    preview: rows.slice(0, 20),
    saved,
  }
}

function inWords(entries, language) {
  return entries.map((entry) => ({
    ...entry,
    label: typeof entry.label === 'object' ? inLanguage(entry.label, language) : entry.label,
  }))
}

function collectionRoute({ request, url, body, raw, language }, document, rest) {
  if (rest[0] === 'preview') return { body: preview(document, body, language) }
  if (rest[0] === 'import') return { body: importFile(document, raw, language) }
  if (rest[0] === 'export')
    return {
      body: `\ufeff${list(document, new URL(`${url}&limit=500`), language)
        .rows.map((row) => [row.code, row.name].join(','))
        .join('\n')}`,
      file: `${document.path.split('/')[1]}.csv`,
    }
  if (rest[0] === 'import-template')
    return {
      body: `${document.fields
        .filter((field) => !field.read_only)
        .map((field) => field.name)
        .join(',')}\n`,
      file: 'template.csv',
    }
  if (rest[0] === 'batch') {
    return {
      body: {
        results: body.ids.map((id) => {
          try {
            const record = store[document.key].get(id)
            act(document, record, rest[1], body.inputs, language)
            return { id, ok: true, version: record.version, state: record.state }
          } catch (error) {
            return { id, ok: false, problem: { code: error.code, title: error.message, errors: error.errors } }
          }
        }),
      },
    }
  }
  if (request.method === 'GET') return { body: list(document, url, language) }
  if (!request.headers['idempotency-key']) throw new Problem(400, 'idempotency.missing', 'Idempotency-Key is missing')
  const errors = checked(document, body, language)
  if ([...store[document.key].values()].some((one) => one.code === body.code))
    errors.push({
      code: 'code.taken',
      message: say(language, `The code ${body.code} is taken.`, `编码 ${body.code} 已被使用。`),
      field: 'code',
    })
  if (errors.length > 0)
    throw new Problem(
      422,
      'validation.failed',
      say(language, 'The record cannot be saved like this.', '无法保存。'),
      errors,
    )
  return {
    status: 201,
    body: shown(
      document,
      insert(document.key, { ...defaults(document), ...resolved(document, body) }, document.initial_state),
      language,
    ),
  }
}

function partRoute({ request, body, raw, language }, document, record, part) {
  if (part === 'timeline') return { body: { entries: inWords(timelines.get(record.id) ?? [], language) } }
  if (part === 'comments') {
    const entry = {
      id: newId(),
      at: new Date().toISOString(),
      kind: 'comment',
      action: 'comment',
      label: '',
      actor: { id: 1, name: 'Demo Keeper' },
      via: 'web',
      changes: [],
      body: body.body,
    }
    timelines.get(record.id).unshift(entry)
    return { status: 201, body: entry }
  }
  if (part === 'attachments' && request.method === 'GET')
    return { body: { rows: [...attachments.values()].filter((one) => one.record === record.id) } }
  if (part === 'attachments') {
    const name = /filename="([^"]*)"/.exec(raw.toString('utf8'))?.[1] ?? 'file'
    const row = {
      id: newId(),
      record: record.id,
      name,
      media_type: 'text/plain',
      size: raw.length,
      created_at: new Date().toISOString(),
      created_by: { id: 1, name: 'Demo Keeper' },
    }
    attachments.set(row.id, row)
    return { status: 201, body: row }
  }
  if (part === 'links')
    return {
      body: {
        rows:
          document.key === 'masterdata.item'
            ? [
                {
                  ...refer('masterdata.unit', store['masterdata.unit'].get(record.unit), language),
                  state: 'active',
                  relation: 'reference',
                },
              ]
            : [],
      },
    }
  if (!request.headers['idempotency-key']) throw new Problem(400, 'idempotency.missing', 'Idempotency-Key is missing')
  ifMatch(request, record, language)
  act(document, record, part, body, language)
  return {
    body: {
      id: record.id,
      version: record.version,
      state: record.state,
      record: shown(document, record, language),
      created: [],
    },
  }
}

export function documentRoutes(context) {
  const { request, url, path, body, language } = context
  if (path === 'search') {
    const q = url.searchParams.get('q').toLowerCase()
    const rows = DOCUMENTS.flatMap((document) =>
      [...store[document.key].values()]
        .filter((one) => `${one.code} ${one.name_en} ${one.name_zh}`.toLowerCase().includes(q))
        .map((one) => ({
          ...refer(document.key, one, language),
          label: inLanguage(document.label, language),
          state: one.state,
          path: document.path,
        })),
    )
    return { body: { rows: rows.slice(0, 12) } }
  }
  const [kind, file] = path.split('/')
  if (kind === 'attachments') {
    if (request.method === 'DELETE') return (attachments.delete(Number(file)), { status: 204 })
    return { body: 'demo', file: attachments.get(Number(file)).name }
  }
  const document = DOCUMENTS.find((one) => path === one.path || path.startsWith(`${one.path}/`))
  if (!document)
    throw new Problem(404, 'not.found', say(language, 'There is nothing at this address.', '此地址没有内容。'))
  const rest = path
    .slice(document.path.length + 1)
    .split('/')
    .filter(Boolean)
  if (!/^\d+$/.test(rest[0] ?? '')) return collectionRoute(context, document, rest)
  const record = store[document.key].get(Number(rest[0]))
  if (!record) throw new Problem(404, 'not.found', say(language, 'The record does not exist.', '记录不存在。'))
  if (rest[1]) return partRoute(context, document, record, rest[1])
  if (request.method === 'GET') return { body: shown(document, record, language) }
  ifMatch(request, record, language)
  if (request.method === 'PATCH') return { body: shown(document, patch(document, record, body, language), language) }
  store[document.key].delete(record.id)
  return { status: 204 }
}
