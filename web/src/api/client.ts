import { ApiProblem, problemOf } from './problem'
import type { Language } from './types'

const BASE = '/api/v1'

/** What every request carries; the application sets it when it changes. */
interface ClientSettings {
  language: Language
  company: number | null
  /** Called on 401; resolves when somebody has signed in again, rejects when they gave up. */
  signInAgain: (() => Promise<void>) | null
}

const settings: ClientSettings = { language: 'en', company: null, signInAgain: null }

export function configureClient(change: Partial<ClientSettings>): void {
  Object.assign(settings, change)
}

export type Params = URLSearchParams | Record<string, string | number | boolean | null | undefined>

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  params?: Params
  body?: unknown
  version?: number
  idempotencyKey?: string
  signal?: AbortSignal
  /** A 401 here means 'wrong password', not 'session ended'. */
  isSession?: boolean
}

export function newIdempotencyKey(): string {
  // randomUUID exists only in secure contexts; a back office may be reached by plain http inside a company.
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function csrfToken(cookies: string): string | null {
  const match = /(?:^|;\s*)csrftoken=([^;]*)/.exec(cookies)
  return match?.[1] ? decodeURIComponent(match[1]) : null
}

export function urlOf(path: string, params?: Params): string {
  const url = `${BASE}/${path.replace(/^\//, '')}`
  if (!params) return url
  const query = params instanceof URLSearchParams ? new URLSearchParams(params) : new URLSearchParams()
  if (!(params instanceof URLSearchParams)) {
    for (const [name, value] of Object.entries(params)) {
      if (value !== undefined && value !== null && value !== '') query.set(name, String(value))
    }
  }
  const text = query.toString()
  return text === '' ? url : `${url}?${text}`
}

function headersOf(options: RequestOptions): Headers {
  const headers = new Headers({ Accept: 'application/json', 'Accept-Language': settings.language })
  if (settings.company !== null) headers.set('X-Company', String(settings.company))
  if (options.idempotencyKey) headers.set('Idempotency-Key', options.idempotencyKey)
  if (options.version !== undefined) headers.set('If-Match', `"${options.version}"`)
  if (options.body !== undefined && !(options.body instanceof FormData)) headers.set('Content-Type', 'application/json')
  if ((options.method ?? 'GET') !== 'GET') {
    const token = csrfToken(document.cookie)
    if (token) headers.set('X-CSRFToken', token)
  }
  return headers
}

async function send(path: string, options: RequestOptions): Promise<Response> {
  const body = options.body
  try {
    return await fetch(urlOf(path, options.params), {
      method: options.method ?? 'GET',
      headers: headersOf(options),
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
      ...(options.signal ? { signal: options.signal } : {}),
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiProblem(0, {})
  }
}

/** A write without the token would be refused: asking for the session brings it (cookies may be gone with the session). */
async function fetchToken(): Promise<void> {
  await send('session', {})
}

/** Sends; when the session has ended, waits for a new sign-in and sends the same request again. */
async function answered(path: string, options: RequestOptions): Promise<Response> {
  const isWrite = (options.method ?? 'GET') !== 'GET'
  if (isWrite && csrfToken(document.cookie) === null) await fetchToken()
  let response = await send(path, options)
  if (response.status === 401 && !options.isSession && settings.signInAgain) {
    await settings.signInAgain()
    response = await send(path, options)
  }
  if (!response.ok) throw await problemOf(response)
  return response
}

/** JSON in, JSON out. Throws ApiProblem. An empty answer (204) is null. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const response = await answered(path, options)
  if (response.status === 204) return null as T
  const text = await response.text()
  return (text === '' ? null : JSON.parse(text)) as T
}

export function fileName(disposition: string | null, fallback: string): string {
  const extended = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? '')
  if (extended?.[1]) return decodeURIComponent(extended[1])
  const plain = /filename="?([^";]+)"?/i.exec(disposition ?? '')
  return plain?.[1] ?? fallback
}

/** Fetches a file with the same headers as everything else and hands it to the browser's download. */
export async function download(path: string, params: Params | undefined, fallbackName: string): Promise<void> {
  const response = await answered(path, params ? { params } : {})
  const url = URL.createObjectURL(await response.blob())
  const anchor = document.createElement('a')
  anchor.href = url
  anchor.download = fileName(response.headers.get('Content-Disposition'), fallbackName)
  document.body.append(anchor)
  anchor.click()
  anchor.remove()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
