// One service of the fleet: its health by the platform's contract, computed from what it really can do.
import type { ServiceEntry } from './catalogue.ts'
import type { AskDependency, Check } from './dependencies.ts'
import { httpFaults, openEndpoint } from './endpoint.ts'
import type { Answer } from './endpoint.ts'
import type { Breakable } from './fault.ts'
import { simulateTraffic } from './traffic.ts'

export interface Service {
  readonly name: string
  readonly url: string
  readonly livenessUrl: string
  readonly breakable: Breakable
  readonly close: () => Promise<void>
}

export interface ServiceOptions {
  readonly entry: ServiceEntry
  readonly host: string
  readonly port: number
  readonly flapSeconds: number
  readonly slowMilliseconds?: number | undefined
  readonly ask: AskDependency
}

/** Of its memory, when it holds on to what it should let go of. */
const leakedPercent = 96.5

export async function openService(options: ServiceOptions): Promise<Service> {
  const { entry, ask } = options
  let [startedAt, isStopped, isLeaking] = [performance.now(), false, false]
  // Of answers that were given before the last start: a process that is restarted counts from zero.
  let forgotten = { total: 0, errors: 0 }

  async function answer(path: string): Promise<Answer> {
    if (path !== '/health') return { status: 404, body: { error: 'not found' } }
    const checks = await Promise.all(entry.needs.map(({ name }) => ask(entry.name, name)))
    const status = judge(entry, checks)
    const uptime = (performance.now() - startedAt) / 1000
    const traffic = simulateTraffic(entry.traffic, entry.name, uptime)
    const body = {
      status,
      uptime: Math.round(uptime * 10) / 10,
      response_time: traffic.responseMilliseconds,
      memory_usage: isLeaking ? leakedPercent : traffic.memory,
      cpu_usage: traffic.cpu,
      request_count: traffic.requests + endpoint.served.total - forgotten.total,
      error_count: traffic.errors + endpoint.served.errors - forgotten.errors,
      dependencies: entry.needs.map(({ name }, index) => ({ name, ...checks[index] })),
      version: entry.version,
    }
    return { status: status === 'error' ? 503 : 200, body }
  }

  const endpoint = await openEndpoint({
    ...options,
    name: entry.name,
    answer: (_request, url) => answer(url.pathname),
    errorBody: { status: 'error', version: entry.version, error: 'internal server error' },
  })

  const breakable: Breakable = {
    name: entry.name,
    kind: 'service',
    faults: [...httpFaults, 'leak'],
    async break(fault) {
      isLeaking = fault === 'leak'
      await endpoint.break(fault)
      isStopped = fault === 'down'
    },
    async heal() {
      isLeaking = false
      await endpoint.heal()
      if (!isStopped) return
      isStopped = false
      startedAt = performance.now()
      forgotten = { ...endpoint.served }
    },
  }
  const { url, close } = endpoint
  return { name: entry.name, url, livenessUrl: `${url}/health`, breakable, close }
}

function judge(entry: ServiceEntry, checks: readonly Check[]): Check['status'] {
  const found = new Set(
    entry.needs.map(({ strength }, index) => {
      const status = checks[index]?.status
      return status === 'error' && strength === 'soft' ? 'warning' : status
    }),
  )
  if (found.has('error')) return 'error'
  return found.has('warning') ? 'warning' : 'healthy'
}
