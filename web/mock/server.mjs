// A stand-in for the server, for working on the screens: `npm run mock`, then `npm run dev`, or with the built
// application: `npm run mock -- --dist`. Data is made up and lives in memory. Sign in as demo / demo.
import { createServer } from 'node:http'
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DOCUMENTS, INITIALS, inLanguage } from './declarations.mjs'
import { documentRoutes } from './documents.mjs'
import { Problem } from './problem.mjs'

const argument = (name, fallback) => {
  const at = process.argv.indexOf(name)
  return at < 0 ? fallback : process.argv[at + 1]
}
const PORT = Number(argument('--port', '8099'))
const DIST = fileURLToPath(new URL('../dist', import.meta.url))
const session = {
  isSignedIn: false,
  mustChange: process.argv.includes('--must-change'),
  failures: 0,
  language: 'zh-Hans',
}
const user = () => ({ id: 1, login: 'demo', name: 'Demo Keeper', language: session.language })
const COMPANIES = [
  { id: 1, code: 'DEMO', name: 'Demo Works 示例工厂', currency: 'CNY', time_zone: 'Asia/Shanghai' },
  { id: 2, code: 'DEMO2', name: 'Demo Trading 示例贸易', currency: 'USD', time_zone: 'UTC' },
]

const sessionAnswer = () =>
  session.isSignedIn
    ? { signed_in: true, user: user(), must_change_password: session.mustChange }
    : { signed_in: false }

function signIn({ login, password }, zh) {
  if (session.failures >= 5)
    throw new Problem(429, 'signin.locked', zh ? '账户已暂时锁定。' : 'The account is locked for now.', [
      { code: 'signin.locked', message: '', hint: zh ? '请于 10:30 之后再试。' : 'Try again after 10:30.' },
    ])
  if (login !== 'demo' || password !== 'demo') {
    session.failures += 1
    throw new Problem(401, 'signin.failed', zh ? '用户名或密码不正确。' : 'User name or password is wrong.')
  }
  Object.assign(session, { isSignedIn: true, failures: 0 })
  return sessionAnswer()
}

function sessionRoute(method, body, zh) {
  if (method === 'GET') return sessionAnswer()
  if (method === 'POST') return signIn(body, zh)
  if (method === 'PATCH') return ((session.language = body.language), sessionAnswer())
  session.isSignedIn = false
  return null
}

function appMeta(language) {
  const entries = DOCUMENTS.map((one) => ({
    kind: 'document',
    key: one.key,
    path: one.path,
    label: inLanguage(one.plural, language),
    initials: INITIALS[one.key],
  }))
  entries.push({
    kind: 'page',
    key: 'masterdata.dictionary',
    path: 'masterdata/dictionary',
    label: language === 'en' ? 'Data dictionary' : '数据字典',
    initials: 'sjzd',
  })
  return {
    version: '0.1.0 (mock)',
    group: { id: 1, name: 'Demo Group 示例集团' },
    companies: COMPANIES,
    company: 1,
    user: user(),
    menu: [{ key: 'masterdata', label: language === 'en' ? 'Master data' : '主数据', entries }],
  }
}

/** A company that has booked nothing: figures need books, and this server keeps none. */
const home = () => ({
  as_of: new Date().toISOString(),
  on: new Date().toISOString().slice(0, 10),
  currency: 'CNY',
  decimals: 2,
  period: '',
  before: '',
  figures: [],
  tasks: [],
  beginnings: [],
})

function dictionary(search, language) {
  const other = language === 'en' ? 'zh' : 'en'
  const rows = DOCUMENTS.flatMap((document) =>
    [[null, document.fields], ...document.lines.map((lines) => [lines.name, lines.fields])].flatMap(
      ([collection, fields]) =>
        fields.map((field) => ({
          document: document.key,
          document_label: inLanguage(document.label, language),
          collection,
          field: field.name,
          label: inLanguage(field.label, language),
          label_other: field.label[other],
          meaning: inLanguage(field.help, language),
          meaning_other: field.help[other],
          type: field.type,
          owner: 'masterdata',
          rule: field.required ? (language === 'en' ? 'required' : '必填') : '',
          values: (field.choices ?? []).map((choice) => ({
            value: choice.value,
            label: inLanguage(choice.label, language),
          })),
          references: field.target?.key ?? null,
        })),
    ),
  )
  return { rows: rows.filter((row) => JSON.stringify(Object.values(row)).toLowerCase().includes(search.toLowerCase())) }
}

async function api(request, url, raw) {
  const language = request.headers['accept-language'] === 'en' ? 'en' : 'zh'
  const path = decodeURIComponent(url.pathname.slice('/api/v1/'.length))
  const isMultipart = (request.headers['content-type'] ?? '').startsWith('multipart/')
  const body = raw.length > 0 && !isMultipart ? JSON.parse(raw.toString('utf8')) : {}
  if (path === 'session')
    return {
      status: request.method === 'DELETE' ? 204 : 200,
      body: sessionRoute(request.method, body, language === 'zh'),
    }
  if (!session.isSignedIn)
    throw new Problem(401, 'signin.required', language === 'en' ? 'Please sign in.' : '请先登录。')
  if (path === 'mock/expire') return ((session.isSignedIn = false), { status: 204 })
  if (path === 'session/password') return ((session.mustChange = false), { status: 204 })
  if (path === 'meta/app') return { body: appMeta(language) }
  if (path === 'home') return { body: home() }
  if (path.startsWith('flow/')) return { body: { rows: [] } }
  if (path.startsWith('postings/')) return { body: { entries: [], moves: [], is_cut: false } }
  if (path === 'meta/dictionary') return { body: dictionary(url.searchParams.get('search') ?? '', language) }
  if (path.startsWith('meta/documents/')) {
    const found = DOCUMENTS.find((one) => one.key === path.slice('meta/documents/'.length))
    if (!found) throw new Problem(404, 'not.found', 'Not found')
    return { body: inLanguage(found, language) }
  }
  return documentRoutes({ request, url, path, body, raw, language })
}

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

async function page(url, response) {
  const isAsset = url.pathname.startsWith('/assets/')
  const file = isAsset ? join(DIST, normalize(url.pathname)) : join(DIST, 'index.html')
  const nonce = randomBytes(16).toString('base64')
  const content = await readFile(file)
  const policy = `default-src 'none'; script-src 'nonce-${nonce}' 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self'; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`
  response.writeHead(200, {
    'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
    ...(isAsset ? {} : { 'Content-Security-Policy': policy }),
  })
  response.end(isAsset ? content : content.toString('utf8').replaceAll('__CSP_NONCE__', nonce))
}

function refuse(response, error) {
  const problem = error instanceof Problem ? error : new Problem(500, 'server.failed', String(error.stack ?? error))
  response.writeHead(problem.status, { 'Content-Type': 'application/problem+json' })
  response.end(
    JSON.stringify({
      type: 'about:blank',
      title: problem.message,
      status: problem.status,
      code: problem.code,
      detail: '',
      request_id: randomBytes(4).toString('hex'),
      errors: problem.errors,
    }),
  )
}

createServer(async (request, response) => {
  const url = new URL(request.url, 'http://mock')
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  try {
    if (!url.pathname.startsWith('/api/v1/')) return await page(url, response)
    const { status = 200, body = null, file } = await api(request, url, Buffer.concat(chunks))
    if (file) {
      response.writeHead(200, { 'Content-Type': 'text/csv', 'Content-Disposition': `attachment; filename="${file}"` })
      return response.end(body)
    }
    response.writeHead(status, {
      'Content-Type': 'application/json',
      'Set-Cookie': 'csrftoken=mock; Path=/; SameSite=Lax',
    })
    response.end(status === 204 ? undefined : JSON.stringify(body))
  } catch (error) {
    refuse(response, error)
  }
}).listen(PORT, '127.0.0.1', () => console.log(`Mock server on http://127.0.0.1:${PORT}, sign in as demo / demo`))
