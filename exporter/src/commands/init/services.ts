// A health endpoint asked once: what it calls itself, what it depends on, and how it can be judged.
import { readHealth } from '../../collectors/services/health.ts'
import { probeHttp } from '../../probes/http/http.ts'
import type { HttpOutcome } from '../../probes/http/http.ts'
import { literal, toName } from './draft.ts'
import type { Found } from './draft.ts'
import { propose } from './proposal.ts'
import type { Proposal } from './proposal.ts'

const timeoutSeconds = 5

export interface Asked {
  readonly found: Found
  /** Whether anything was answered. */
  readonly answered: boolean
  readonly problem: string | undefined
}

export async function askService(url: string, signal: AbortSignal): Promise<Asked> {
  const outcome = await probeHttp({ url, timeoutSeconds, headers: { accept: 'application/json' } }, signal)
  const body = readBody(outcome)
  const health = readHealth(body)
  const answered = outcome.status !== undefined
  const isOdd = typeof health?.unknownStatus === 'string'
  const isRedirect = outcome.status !== undefined && outcome.status >= 300 && outcome.status < 400
  const byStatus = answered && !isRedirect && (health === undefined || isOdd) ? { judge_by: 'status' } : {}
  const proposal = health ? propose(body, Date.now() / 1000, isOdd) : undefined
  return {
    found: {
      section: 'services',
      name: nameOf(url, body),
      dependencies: health?.dependencies ?? [],
      keys: { url: literal(url), ...byStatus, ...keysOf(proposal) },
      ...(isEmpty(proposal) ? {} : { comment }),
    },
    answered,
    problem: problemOf(outcome, health),
  }
}

const comment = 'Values and assertions are guessed from one answer: keep what you want to know.'

function isEmpty(proposal: Proposal | undefined): boolean {
  return Object.keys(keysOf(proposal)).length === 0
}

function keysOf(proposal: Proposal | undefined): object {
  const { values = {}, assert = [] } = proposal ?? {}
  return {
    ...(assert.length === 0 ? {} : { assert }),
    ...(Object.keys(values).length === 0 ? {} : { values }),
  }
}

function readBody({ bodyText }: HttpOutcome): unknown {
  try {
    return JSON.parse(bodyText ?? '')
  } catch {
    return undefined
  }
}

function problemOf(outcome: HttpOutcome, health: unknown): string | undefined {
  if (outcome.failure) return `it could not be asked (${outcome.failure}): ${outcome.detail ?? ''}`
  const { status = 0, headers } = outcome
  if (status >= 300 && status < 400) {
    const to = headers.get('location')?.[0] ?? 'nowhere'
    return `it answers with a redirect to ${to}: name that address, or allow redirects for it`
  }
  if (status >= 400) return `it answers with HTTP status ${status}: until that is well, it is in error`
  if (health === undefined)
    return 'it answers, but not with a JSON object; so its status is all that will be judged'
  return undefined
}

/** What the service calls itself, else its host, else its port: something a person recognizes. */
function nameOf(url: string, body: unknown): string {
  const fields = (body ?? {}) as Readonly<Record<string, unknown>>
  const own = fields['service'] ?? fields['name'] ?? fields['service_name']
  const { hostname, port } = new URL(url)
  const isAddress = /^[\d.:[\]]+$/.test(hostname) || hostname === 'localhost'
  if (typeof own === 'string' && own !== '') return toName(own)
  return toName(isAddress ? `service_${port || 'http'}` : (hostname.split('.')[0] ?? hostname))
}
