import type { ProblemError } from './types'

interface ProblemBody {
  title?: string
  status?: number
  code?: string
  detail?: string
  request_id?: string
  errors?: ProblemError[]
}

/** A refusal of the server (application/problem+json), or the network's: then `status` is 0. */
export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly requestId: string | null
  readonly errors: ProblemError[]

  constructor(status: number, body: ProblemBody) {
    super(body.detail || body.title || `HTTP ${status}`)
    this.name = 'ApiProblem'
    this.status = status
    this.code = body.code ?? (status === 0 ? 'network.unreachable' : `http.${status}`)
    this.title = body.title ?? ''
    this.detail = body.detail ?? ''
    this.requestId = body.request_id ?? null
    this.errors = body.errors ?? []
  }

  /** Nothing is known about what the server did: the same request may be sent again with the same key. */
  get isUncertain(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504
  }
}

export async function problemOf(response: Response): Promise<ApiProblem> {
  const text = await response.text()
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body === 'object' && body !== null) return new ApiProblem(response.status, body as ProblemBody)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    // A proxy's page instead of JSON: the status is all that can be told.
  }
  return new ApiProblem(response.status, {})
}

export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error
  return new ApiProblem(0, { code: 'client.failed', title: error instanceof Error ? error.message : String(error) })
}
