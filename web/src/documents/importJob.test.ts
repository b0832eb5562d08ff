import { afterEach, describe, expect, it, vi } from 'vitest'
import { followed, type ImportJob } from './importJob'

const job = (change: Partial<ImportJob>): ImportJob => ({
  id: 7,
  state: 'running',
  done: 0,
  total: 3,
  message: '',
  result: null,
  error: '',
  ...change,
})

function server(...answers: ImportJob[]) {
  const asked: string[] = []
  vi.stubGlobal('document', { cookie: '' })
  vi.stubGlobal('fetch', (url: string) => {
    asked.push(url)
    return Promise.resolve(new Response(JSON.stringify(answers[Math.min(asked.length, answers.length) - 1])))
  })
  return asked
}

const result = {
  encoding: 'utf-8',
  delimiter: ',',
  rows: 2,
  created: 2,
  updated: 0,
  unchanged: 0,
  ignored: 0,
  errors: [],
  preview: [],
  saved: true,
}

describe('a large import is followed', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('until it has ended, telling each step', async () => {
    const asked = server(job({ state: 'queued' }), job({ done: 2 }), job({ state: 'succeeded', done: 3, result }))
    const seen: number[] = []
    const answer = await followed(7, (found) => seen.push(found.done), new AbortController().signal, 1)
    expect(answer).toEqual(result)
    expect(seen).toEqual([0, 2, 3])
    expect(asked).toEqual(Array(3).fill('/api/v1/jobs/7'))
  })

  it('and says why it failed', async () => {
    server(job({ state: 'failed', error: 'The file is damaged.' }))
    await expect(followed(7, () => undefined, new AbortController().signal, 1)).rejects.toThrow('The file is damaged.')
  })

  it('to nothing when somebody stopped it', async () => {
    server(job({}), job({ state: 'cancelled' }))
    expect(await followed(7, () => undefined, new AbortController().signal, 1)).toBeNull()
  })

  it('no further once the window is closed', async () => {
    const asked = server(job({}))
    const closed = new AbortController()
    const following = followed(7, () => closed.abort(), closed.signal, 1)
    await expect(following).rejects.toThrow(DOMException)
    expect(asked).toHaveLength(1)
  })
})
