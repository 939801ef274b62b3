// A fleet as a round may find it, for tests: targets that are well until a field says otherwise.
import type { DatabaseReading } from '../collectors/databases/watch.ts'
import type { ServiceReading } from '../collectors/services/watch.ts'
import type { Dependency, TargetReading } from '../collectors/target.ts'
import type { TaskReading } from '../collectors/tasks/reading.ts'
import { diagnose } from './diagnose.ts'
import type { Finding } from './finding.ts'
import type { Observed, Past } from './fleet.ts'

export const now = 1_800_000_000

function target(name: string, kind: TargetReading['kind'], url: string): TargetReading {
  return {
    target: name,
    kind,
    labels: { target: name, kind },
    info: { url },
    status: 'healthy',
    reason: 'none',
    detail: undefined,
    probedAt: now,
    durationSeconds: 0.012,
    phases: { connect: 0.001, processing: 0.01, transfer: 0.001 },
    certificate: undefined,
    assertions: [],
    dependencies: [],
    totals: { probes: 1, failures: 0, duration: { labels: {}, bounds: [], counts: [], sum: 0 } },
  }
}

export function service(name: string, given: Partial<ServiceReading> = {}): ServiceReading {
  const base = target(name, 'service', `http://${name.replaceAll('_', '-')}:8000/health`)
  return { ...base, httpStatus: 200, health: undefined, values: [], reported: [], ...given }
}

export function database(name: string, given: Partial<DatabaseReading> = {}): DatabaseReading {
  const base = target(name, 'database', `postgres://watchpost:<secret>@${name}:5432/app`)
  return { ...base, facts: {}, problems: {}, ...given }
}

export function task(name: string, given: Partial<TaskReading> = {}): TaskReading {
  return {
    task: name,
    type: 'hourly',
    source: 'scheduler',
    labels: { task: name, task_type: 'hourly' },
    schedule: { task: name, cron: '5 * * * *', timezone: 'UTC', grace: 300, max_runtime: 600 },
    verdict: 'ok',
    missedSince: undefined,
    totals: {
      task: name,
      type: 'hourly',
      runs: 10,
      failures: 0,
      canceled: 0,
      retries: 0,
      retrySuccesses: 0,
      retriedInRow: 0,
      tooShort: 0,
      errors: {},
      durationCounts: [],
      durationSum: 0,
      lastStart: now - 600,
      lastSuccess: now - 590,
      lastFailure: undefined,
      lastFinish: now - 590,
      lastDuration: 10,
      lastRunSucceeded: true,
      consecutiveFailures: 0,
    },
    missed: 0,
    due: now - 600,
    nextRun: now + 3000,
    isOverdue: false,
    running: 0,
    oldestStart: undefined,
    isRunningTooLong: false,
    dependencies: [],
    notes: [],
    ...given,
  }
}

export const hard = (dependency: string): Dependency => ({ dependency, strength: 'hard', depth: 'direct' })

export const down = {
  status: 'error',
  reason: 'connect',
  detail: 'connect ECONNREFUSED 10.0.0.7:8000',
  phases: { connect: 0.001 },
} as const

export const thresholds = {
  cpu: 0.8,
  memory: 0.8,
  disk: 0.9,
  response_time: 1,
  error_rate: 0.05,
  connections: 0.8,
  transaction_time: 900,
  replication_lag: 60,
} as const

export const noPast: Past = { of: () => [] }

export interface Found {
  readonly services?: readonly ServiceReading[]
  readonly databases?: readonly DatabaseReading[]
  readonly tasks?: readonly TaskReading[]
  readonly others?: Observed['readings']
}

export function observe({ services = [], databases = [], tasks = [], others = {} }: Found): Observed {
  return {
    startedAt: now,
    readings: {
      services: { targets: services },
      databases: { targets: databases, pools: new Map() },
      tasks: { targets: [], sources: [], tasks },
      ...others,
    },
    settings: { thresholds },
  }
}

export function find(found: Found, past: Past = noPast): readonly Finding[] {
  return diagnose(observe(found), past, (rule, error) => {
    throw new Error(`rule ${rule} failed`, { cause: error })
  })
}

/** `target cause root`, a line for each. */
export function causes(found: Found, past?: Past): string[] {
  return find(found, past).map(({ target: name, cause, root = '' }) => `${name} ${cause} ${root}`.trimEnd())
}
