import { request } from '../api/client'
import { ApiProblem } from '../api/problem'
import type { ImportAnswer } from '../api/types'

/** Long work in the server's worker, as `jobs/{id}` tells of it. */
export interface ImportJob {
  id: number
  state: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'
  done: number
  total: number | null
  message: string
  result: ImportAnswer | null
  error: string
}

const PAUSE = 500

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(new DOMException('', 'AbortError'))
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, milliseconds)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}

/** Follows a job to its end: its answer, or null when it was cancelled. Throws ApiProblem with why it failed. */
export async function followed(
  id: number,
  onSeen: (job: ImportJob) => void,
  signal: AbortSignal,
  milliseconds: number = PAUSE,
): Promise<ImportAnswer | null> {
  for (;;) {
    const job = await request<ImportJob>(`jobs/${id}`, { signal })
    onSeen(job)
    if (job.state === 'succeeded') return job.result
    if (job.state === 'cancelled') return null
    if (job.state === 'failed') throw new ApiProblem(422, { code: 'job.failed', detail: job.error })
    await pause(milliseconds, signal)
  }
}

export function stopJob(id: number): Promise<unknown> {
  return request(`jobs/${id}/cancel`, { method: 'POST' })
}
