import { afterEach, describe, expect, it, vi } from 'vitest'
import { configureClient, csrfToken, fileName, request, urlOf } from './client'
import { ApiProblem } from './problem'

afterEach(() => {
  vi.unstubAllGlobals()
  configureClient({ language: 'en', company: null, signInAgain: null })
})

function stubFetch(...answers: Response[]): { url: string; init: RequestInit }[] {
  const calls: { url: string; init: RequestInit }[] = []
  vi.stubGlobal('document', { cookie: 'a=b; csrftoken=to%2Bken' })
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    calls.push({ url, init })
    const answer = answers.shift()
    if (!answer) throw new TypeError('no answer left')
    return answer
  })
  return calls
}

const json = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status })

describe('request', () => {
  it('carries language, company, version, key and CSRF token on writes', async () => {
    const calls = stubFetch(json(200, { ok: 1 }))
    configureClient({ language: 'zh-Hans', company: 7 })
    await request('masterdata/items/3', { method: 'PATCH', body: { name: 'x' }, version: 4, idempotencyKey: 'k' })
    const headers = calls[0]?.init.headers as Headers
    expect(calls[0]?.url).toBe('/api/v1/masterdata/items/3')
    expect(headers.get('If-Match')).toBe('"4"')
    expect(headers.get('Idempotency-Key')).toBe('k')
    expect(headers.get('X-CSRFToken')).toBe('to+ken')
    expect(headers.get('X-Company')).toBe('7')
    expect(headers.get('Accept-Language')).toBe('zh-Hans')
    expect(calls[0]?.init.body).toBe('{"name":"x"}')
  })

  it('sends no CSRF token when reading', async () => {
    const calls = stubFetch(json(200, {}))
    await request('session')
    expect((calls[0]?.init.headers as Headers).get('X-CSRFToken')).toBeNull()
  })

  it('asks for the session first when the token is missing', async () => {
    const calls = stubFetch(json(200, { signed_in: false }), json(200, { signed_in: true }))
    vi.stubGlobal('document', { cookie: '' })
    expect(await request('session', { method: 'POST', body: {}, isSession: true })).toEqual({ signed_in: true })
    expect(calls.map((call) => `${call.init.method} ${call.url}`)).toEqual([
      'GET /api/v1/session',
      'POST /api/v1/session',
    ])
  })

  it('turns problem+json into ApiProblem', async () => {
    stubFetch(
      json(422, {
        code: 'qty.not_positive',
        title: 'No',
        detail: 'Quantity is 0',
        errors: [{ code: 'a', message: 'b', field: 'c' }],
      }),
    )
    const problem = await request('x').catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(ApiProblem)
    expect(problem).toMatchObject({ status: 422, code: 'qty.not_positive', message: 'Quantity is 0' })
    expect((problem as ApiProblem).errors[0]?.field).toBe('c')
  })

  it('waits for a new sign-in on 401 and repeats the request', async () => {
    const calls = stubFetch(json(401, {}), json(200, { id: 1 }))
    const signInAgain = vi.fn(async () => {})
    configureClient({ signInAgain })
    expect(await request('x', { method: 'POST', body: {} })).toEqual({ id: 1 })
    expect(signInAgain).toHaveBeenCalledTimes(1)
    expect(calls).toHaveLength(2)
  })

  it('does not ask again when the sign-in itself is refused', async () => {
    stubFetch(json(401, { code: 'signin.failed' }))
    const signInAgain = vi.fn(async () => {})
    configureClient({ signInAgain })
    await expect(request('session', { method: 'POST', body: {}, isSession: true })).rejects.toMatchObject({
      code: 'signin.failed',
    })
    expect(signInAgain).not.toHaveBeenCalled()
  })

  it('calls an unreachable server by its name and knows that the outcome is uncertain', async () => {
    stubFetch()
    await expect(request('x')).rejects.toMatchObject({ status: 0, code: 'network.unreachable', isUncertain: true })
  })

  it('answers null for 204', async () => {
    stubFetch(new Response(null, { status: 204 }))
    expect(await request('x', { method: 'DELETE' })).toBeNull()
  })
})

describe('small parts', () => {
  it('builds addresses, leaving empty parameters out', () => {
    expect(urlOf('/a/b', { q: 'x y', n: 0, none: undefined, empty: '' })).toBe('/api/v1/a/b?q=x+y&n=0')
    expect(urlOf('a')).toBe('/api/v1/a')
  })
  it('reads file names in both spellings', () => {
    expect(fileName(`attachment; filename="x.csv"; filename*=UTF-8''%E7%89%A9%E6%96%99.csv`, 'f')).toBe('物料.csv')
    expect(fileName('attachment; filename="items.xlsx"', 'f')).toBe('items.xlsx')
    expect(fileName(null, 'f')).toBe('f')
  })
  it('finds the token among cookies', () => {
    expect(csrfToken('csrftoken=abc')).toBe('abc')
    expect(csrfToken('xcsrftoken=abc')).toBeNull()
  })
})
