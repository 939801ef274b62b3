// `kind: heartbeat`: jobs that tell of their runs by HTTP.
import { remember } from '../collector.ts'
import type { Context, Round } from '../collector.ts'
import { createErrorRules } from './account/error-class.ts'
import { createKeeper } from './account/keeper.ts'
import type { Keeper } from './account/keeper.ts'
import { judgeSchedules, showTotals } from './account/ledger.ts'
import { dependenciesOf } from './dependencies.ts'
import { isSameToken } from './ping.ts'
import type { Ping, PingOutcome, ReceivePing } from './ping.ts'
import { readTasks } from './reading.ts'
import type { SourceReading, TaskRoom } from './reading.ts'
import type { RunRecord } from './follow/run.ts'
import type { HeartbeatSource } from './section.ts'
import { forget, see } from './account/state.ts'
import type { OpenRun, Sighting, SightRules, SourceState } from './account/state.ts'

export interface Heartbeat {
  readonly collect: (round: Round) => Promise<SourceReading>
  readonly tasks: ReadonlySet<string>
  readonly receive: ReceivePing
}

interface Memory {
  state: SourceState | undefined
  readonly keeper: Keeper
  /** Ends when nobody is at work on the state. */
  tail: Promise<unknown>
  /** Starts since the schedules were last judged. */
  readonly starts: Map<string, number[]>
}

const keptEnded = 1_000
const keptOpen = 1_000

export function watchHeartbeat(source: HeartbeatSource, context: Context): Heartbeat {
  const { log, stateDirectory: directory } = context
  const subject = JSON.stringify(['heartbeat', source.name])
  const memory = remember<Memory>(context.memory, `tasks\u0000${source.name}\u0000${subject}`, () => ({
    state: undefined,
    keeper: createKeeper({ directory, source: source.name, subject, log }),
    tail: Promise.resolve(),
    starts: new Map(),
  }))
  const rules: SightRules = {
    schedules: new Map(source.schedules.map((schedule) => [schedule.task, schedule])),
    errors: createErrorRules(source.errors),
    maxTasks: source.max_tasks,
    statuses: { success: ['success'], failed: ['fail'], canceled: [], open: ['start'] },
    countsRuns: true,
    historySeconds: 0,
  }
  const report = reporter(source, rules, dependenciesOf(source, context.dependencies))

  function inTurn<T>(work: (state: SourceState) => T): Promise<T> {
    const mine = memory.tail.then(async () => {
      const state = (memory.state ??= await memory.keeper.load())
      const result = work(state)
      await memory.keeper.save(state)
      return result
    })
    memory.tail = mine.catch(() => undefined)
    return mine
  }

  async function receive(ping: Ping): Promise<PingOutcome> {
    if (!rules.schedules.has(ping.task)) return 'unknown_task'
    if (!isSameToken(ping.token, source.token.reveal())) return 'wrong_token'
    return inTurn((state) => takeIn({ state, rules, at: ping.at, starts: memory.starts }, ping))
  }

  async function collect({ now }: Round): Promise<SourceReading> {
    const state = await inTurn((current) => {
      showTotals(current.ledger, !current.isPrimed)
      current.isPrimed = true
      judgeSchedules(current.ledger, rules, { starts: memory.starts, now, knownUntil: now })
      memory.starts.clear()
      return current
    })
    return report(state, now, memory.keeper.isPersisted())
  }
  return { collect, receive, tasks: new Set(rules.schedules.keys()) }
}

function takeIn(sighting: Sighting, ping: Ping): PingOutcome {
  const { state } = sighting
  if (ping.id !== undefined && state.pingIds.includes(ping.id)) return 'ok'
  const record = toRecord(state, ping)
  if (state.endedIds.includes(record.id)) return 'already_ended'
  const newer = newerRun(state, ping, record)
  // A run without a name that begins again has ended unseen, and so has the oldest of far too many.
  if (ping.signal === 'start' && ping.runId === undefined && !newer) forget(state, [record.id])
  if (state.open.size >= keptOpen) forget(state, state.open.keys().take(1))
  see(sighting, record)
  if (newer) putBack(state, record.id, newer.open)
  if (ping.signal !== 'start' && ping.runId !== undefined) {
    state.endedIds = [...state.endedIds, record.id].slice(-keptEnded)
  }
  if (ping.id !== undefined) state.pingIds = [...state.pingIds, ping.id].slice(-keptEnded)
  return 'ok'
}

/**
 * What another exporter hands on may come late. Of runs without a name only the newest may be open: an older start or
 * end leaves it as it is, and a start that is older than the last end opens nothing.
 */
function newerRun(
  { open, ledger }: SourceState,
  ping: Ping,
  { id }: RunRecord,
): { readonly open: OpenRun | undefined } | undefined {
  if (!ping.isForwarded || ping.runId !== undefined) return undefined
  const current = open.get(id)
  if (current?.startedAt !== undefined && current.startedAt > ping.at) return { open: current }
  const lastFinish = ledger.accounts.get(ping.task)?.lastFinish ?? -Infinity
  return ping.signal === 'start' && lastFinish >= ping.at ? { open: undefined } : undefined
}

function putBack({ open }: SourceState, id: string, run: OpenRun | undefined): void {
  if (run) open.set(id, run)
  else open.delete(id)
}

function reporter(
  source: HeartbeatSource,
  rules: SightRules,
  dependenciesOfTask: TaskRoom['dependenciesOf'],
) {
  const labels = Object.freeze({ source: source.name })
  return (state: SourceState, now: number, isPersisted: boolean): SourceReading => ({
    source: source.name,
    kind: source.kind,
    labels,
    reason: undefined,
    detail: undefined,
    isPersisted,
    isCatchingUp: false,
    lagSeconds: undefined,
    clockSkewSeconds: undefined,
    scansFully: undefined,
    rowsRead: undefined,
    forced: undefined,
    vanished: state.vanished,
    resets: state.resets,
    futureStamps: undefined,
    overflowed: undefined,
    tasks: readTasks(state, {
      source: source.name,
      schedules: rules.schedules,
      errorClasses: rules.errors.expected,
      dependenciesOf: dependenciesOfTask,
      slots: [],
      now,
      isCurrent: true,
    }),
  })
}

/** A ping as the record that a table would have of it. */
function toRecord(state: SourceState, ping: Ping): RunRecord {
  const id = JSON.stringify([ping.task, ping.runId])
  const begunAt = state.open.get(id)?.startedAt
  const hasEnded = ping.signal !== 'start'
  const startedAt = hasEnded ? startOf(ping, begunAt) : ping.at
  const exit = ping.exitCode === undefined ? undefined : `exit code ${ping.exitCode}`
  return {
    id,
    task: ping.task,
    type: undefined,
    status: ping.signal,
    startedAt,
    finishedAt: hasEnded ? ping.at : undefined,
    error: ping.signal === 'fail' ? [exit, ping.message].filter(Boolean).join(': ') || undefined : undefined,
    isRetry: false,
    retries: 0,
  }
}

/** A job that only says that it has ended began, for all we know, just then. */
function startOf(ping: Ping, begunAt: number | undefined): number {
  if (ping.durationSeconds !== undefined) return ping.at - ping.durationSeconds
  return begunAt === undefined || begunAt > ping.at ? ping.at : begunAt
}
