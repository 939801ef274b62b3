// Reads a health body by the platform's contract: status, uptime, usage, request and error counts, dependencies.
import type { Value } from '../judgement/values.ts'
import { well } from '../judgement/verdict.ts'
import type { Verdict } from '../judgement/verdict.ts'
import type { Status } from '../target.ts'

export interface Health {
  readonly status: Status
  /** What the service calls itself, where it says so in a word that is understood. */
  readonly word: string | undefined
  /** What the body said, where it was not understood. */
  readonly unknownStatus: string | undefined
  readonly version: string | undefined
  readonly uptimeSeconds: number | undefined
  readonly memoryUsageRatio: number | undefined
  readonly cpuUsageRatio: number | undefined
  readonly requests: number | undefined
  readonly errors: number | undefined
  /** Names of what the service says it depends on, at most 50. */
  readonly dependencies: readonly string[]
  /** Of these, the ones that the service itself calls unusable. */
  readonly failedDependencies: readonly string[]
}

const words: Readonly<Record<string, Status>> = {
  healthy: 'healthy',
  ok: 'healthy',
  up: 'healthy',
  pass: 'healthy',
  passing: 'healthy',
  serving: 'healthy',
  alive: 'healthy',
  running: 'healthy',
  warning: 'warning',
  warn: 'warning',
  degraded: 'warning',
  error: 'error',
  down: 'error',
  fail: 'error',
  failed: 'error',
  failing: 'error',
  unhealthy: 'error',
  critical: 'error',
  not_serving: 'error',
}

const maxDependencies = 50
const maxNameLength = 200

type Body = Readonly<Record<string, unknown>>

/** Undefined for a body that is no JSON object: a number or a list says nothing of health. */
export function readHealth(body: unknown): Health | undefined {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return undefined
  const fields = body as Body
  const dependencies = readDependencies(fields['dependencies'])
  return {
    ...readStatus(fields['status']),
    version: typeof fields['version'] === 'string' ? fields['version'].slice(0, maxNameLength) : undefined,
    uptimeSeconds: amount(fields['uptime']),
    memoryUsageRatio: percent(fields['memory_usage']),
    cpuUsageRatio: percent(fields['cpu_usage']),
    requests: amount(fields['request_count']),
    errors: amount(fields['error_count']),
    dependencies: dependencies.map(({ name }) => name),
    failedDependencies: dependencies.filter(({ failed }) => failed).map(({ name }) => name),
  }
}

/** A body without a status says "healthy" by having been sent; a word we do not know is worth a warning. */
function readStatus(value: unknown): Pick<Health, 'status' | 'word' | 'unknownStatus'> {
  const unsaid = { word: undefined, unknownStatus: undefined }
  if (value === undefined || value === null) return { status: 'healthy', ...unsaid }
  if (typeof value === 'boolean') return { status: value ? 'healthy' : 'error', ...unsaid }
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const word = text.trim().toLowerCase()
  // A service may call itself `constructor`.
  const status = Object.hasOwn(words, word) ? words[word] : undefined
  return status
    ? { status, word, unknownStatus: undefined }
    : { status: 'warning', word: undefined, unknownStatus: text.slice(0, 80) }
}

function readDependencies(value: unknown): { name: string; failed: boolean }[] {
  if (Array.isArray(value)) {
    return value.slice(0, maxDependencies).flatMap((item: unknown) => {
      if (typeof item === 'string') return named(item, undefined)
      const entry = (item ?? {}) as Body
      return typeof entry['name'] === 'string' ? named(entry['name'], entry['status']) : []
    })
  }
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value)
    .slice(0, maxDependencies)
    .flatMap(([name, state]: [string, unknown]) => {
      const isEntry = state !== null && typeof state === 'object'
      return named(name, isEntry ? (state as Body)['status'] : state)
    })
}

function named(name: string, state: unknown): { name: string; failed: boolean }[] {
  const failed = state !== undefined && state !== null && readStatus(state).status === 'error'
  return name === '' || name.length > maxNameLength ? [] : [{ name, failed }]
}

function amount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
}

/** The contract gives percent, 0 to 100 and for several processors more. */
function percent(value: unknown): number | undefined {
  const number = amount(value)
  return number === undefined ? undefined : number / 100
}

const taken = {
  uptime: 'uptimeSeconds',
  memory: 'memoryUsageRatio',
  cpu: 'cpuUsageRatio',
  requests: 'requests',
  errors: 'errors',
} as const

/** Values of these names stand for the fields of the contract, for services that call them otherwise. */
export function withValues(health: Health, values: readonly Value[]): Health {
  if (values.length === 0) return health
  const replaced = values.flatMap((value) => {
    if (value.type === 'state' || !Object.hasOwn(taken, value.name)) return []
    const field = taken[value.name as keyof typeof taken]
    const number = amount(value.value)
    return [[field, number !== undefined && field.endsWith('Ratio') ? number / 100 : number] as const]
  })
  return { ...health, ...Object.fromEntries(replaced) }
}

/** What the body alone says. An error that it blames on a dependency is told apart from one of its own. */
export function judgeHealth(health: Health): Verdict {
  if (health.status === 'error' && health.failedDependencies.length > 0) {
    const detail = `the service says that ${health.failedDependencies.join(', ')} cannot be used`
    return { status: 'error', reason: 'unreachable_dependency', detail }
  }
  if (health.unknownStatus !== undefined) {
    const detail = `expected a status such as healthy, warning or error in the body, got ${JSON.stringify(health.unknownStatus)}`
    return { status: 'warning', reason: 'body', detail }
  }
  if (health.status === 'healthy') return well
  return {
    status: health.status,
    reason: 'body',
    detail: `the service calls itself ${health.word ?? health.status}`,
  }
}
