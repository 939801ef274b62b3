// A source whose runs are in a database: read on each scrape, counted once, saved before it is shown.
import { explain } from '../../log.ts'
import type { Labels } from '../../metrics/metric.ts'
import { explainPostgres } from '../../probes/postgres/failure.ts'
import { orAtDeadline } from '../at-deadline.ts'
import { remember } from '../collector.ts'
import type { Context, Round } from '../collector.ts'
import { SchemaError } from './kinds/adapter.ts'
import type { Adapter, Extras } from './kinds/adapter.ts'
import { createErrorRules } from './account/error-class.ts'
import { createKeeper } from './account/keeper.ts'
import type { Keeper } from './account/keeper.ts'
import { dependenciesOf } from './dependencies.ts'
import { openBudget } from './follow/budget.ts'
import { applyPass, readPass } from './follow/pass.ts'
import type { Pass } from './follow/pass.ts'
import type { Plan } from './follow/plan.ts'
import { accountOf } from './account/ledger.ts'
import { readTasks } from './reading.ts'
import { addSkipped } from './account/skipped.ts'
import type { SourceReading, SourceReason, TaskRoom } from './reading.ts'
import { findFullScan } from './follow/scan-check.ts'
import type { DatabaseTaskSource } from './section.ts'
import type { Schedule } from './account/slots.ts'
import type { SightRules, SourceState } from './account/state.ts'
import { addTotals } from './account/totals.ts'

export type WatchSource = (round: Round) => Promise<SourceReading>

/** What must outlive a reload of the configuration. */
interface Memory {
  state: SourceState | undefined
  readonly keeper: Keeper
  /** Ends when nobody is at work on the state. */
  tail: Promise<unknown>
  rowsRead: number
}

interface Desk {
  readonly source: DatabaseTaskSource
  readonly adapter: Adapter
  readonly context: Context
  readonly memory: Memory
  readonly labels: Labels
  readonly schedules: Map<string, Schedule>
  readonly rules: Omit<SightRules, 'countsRuns'>
  readonly dependenciesOf: TaskRoom['dependenciesOf']
  /** Made at the first reading, and again after one that failed. */
  plan: Plan | undefined
  scanAdvice: string | undefined
  /** As last read: what could not be read has not changed. */
  slots: Extras['slots']
  reason: SourceReason | undefined
}

export function watchDatabaseSource(
  source: DatabaseTaskSource,
  adapter: Adapter,
  context: Context,
): WatchSource {
  const desk = openDesk(source, adapter, context)
  const { memory } = desk
  return (round) => {
    // One at a time, also across a reload: two at work on one state would count twice.
    const mine = memory.tail.then(() => collect(desk, round))
    memory.tail = mine.catch(() => undefined)
    return orAtDeadline(mine, round.signal, () => reportLate(desk, round))
  }
}

/** While another reading is still at work: what it knows already stands. */
function reportLate(desk: Desk, round: Round): SourceReading | undefined {
  const { state } = desk.memory
  const failure: Failure = { reason: 'timeout', detail: 'another reading had not ended by the deadline' }
  return state && report(desk, state, { round, looked: undefined, failure })
}

function openDesk(source: DatabaseTaskSource, adapter: Adapter, context: Context): Desk {
  const { log, stateDirectory: directory } = context
  const { subject } = adapter
  const schedules = new Map(source.schedules.map((schedule) => [schedule.task, schedule]))
  return {
    source,
    adapter,
    context,
    memory: remember<Memory>(context.memory, `tasks\u0000${source.name}\u0000${subject}`, () => ({
      state: undefined,
      keeper: createKeeper({ directory, source: source.name, subject, log }),
      tail: Promise.resolve(),
      rowsRead: 0,
    })),
    labels: Object.freeze({ source: source.name }),
    schedules,
    rules: {
      schedules,
      errors: createErrorRules(source.errors),
      maxTasks: source.max_tasks,
      statuses: adapter.statuses,
      historySeconds: source.history,
    },
    dependenciesOf: dependenciesOf(source, context.dependencies),
    plan: undefined,
    scanAdvice: undefined,
    slots: [],
    reason: undefined,
  }
}

async function collect(desk: Desk, round: Round): Promise<SourceReading> {
  const { memory } = desk
  const state = (memory.state ??= await memory.keeper.load())
  let failure: Failure | undefined
  let looked: Looked | undefined
  try {
    looked = await look(desk, state, round)
    takeIn(desk, state, looked)
    await memory.keeper.save(state)
  } catch (error) {
    desk.plan = undefined
    failure = explainFailure(error, round.signal)
  }
  if (failure?.reason !== desk.reason) logChange(desk, failure)
  desk.reason = failure?.reason
  return report(desk, state, { round, looked, failure })
}

async function look(desk: Desk, state: SourceState, round: Round): Promise<Looked> {
  const { source, adapter, context } = desk
  const { timeoutSeconds } = context
  const database = context.databases.get(source.database)
  if (!database) throw new SchemaError(`database ${source.database}: expected one of kind postgres`)
  const signal = AbortSignal.any([round.signal, AbortSignal.timeout(Math.round(timeoutSeconds * 1000))])
  return database.read({ signal, timeoutSeconds }, async (client) => {
    const isFirst = desk.plan === undefined
    desk.plan ??= await adapter.plan(client)
    const pass = await readPass(client, desk.plan, { state, budget: openBudget(source, timeoutSeconds) })
    const extras = await adapter.extras(client)
    // Last, for it changes how the rest of the transaction is planned.
    if (isFirst) advise(desk, await findFullScan(client, desk.plan))
    return { pass, extras }
  })
}

function advise(desk: Desk, advice: string | undefined): void {
  if (advice !== undefined && advice !== desk.scanAdvice) {
    desk.context.log.warn('task records lack an index', { source: desk.source.name, advice })
  }
  desk.scanAdvice = advice
}

function takeIn(desk: Desk, state: SourceState, { pass, extras }: Looked): void {
  const { memory, source, schedules, rules } = desk
  memory.rowsRead += pass.rows
  replaceSchedules(schedules, { told: extras.schedules, configured: source.schedules })
  // Once totals came from the source, runs are not counted as well while it does not show them.
  const countsRuns = extras.totals === undefined && state.baselines.size === 0
  const isHistory = !state.isPrimed
  applyPass(state, { ...rules, countsRuns }, pass)
  desk.slots = extras.slots
  for (const { task } of extras.slots) accountOf(state.ledger, rules, { task, type: undefined })
  addSkipped(state, rules, { found: extras.skipped, isHistory })
  if (extras.totals) addTotals(state, rules, extras.totals)
}

function logChange({ context, source }: Desk, failure: Failure | undefined): void {
  if (failure) context.log.warn('task records cannot be read', { source: source.name, ...failure })
  else context.log.info('task records can be read', { source: source.name })
}

function report(desk: Desk, state: SourceState, { round, looked, failure }: Outcome): SourceReading {
  const { source, memory } = desk
  const since = state.horizonAt
  const at = looked?.pass.head.at ?? round.now
  return {
    source: source.name,
    kind: source.kind,
    labels: desk.labels,
    reason: failure?.reason,
    detail: failure?.detail ?? desk.scanAdvice,
    isPersisted: memory.keeper.isPersisted(),
    isCatchingUp: looked ? !looked.pass.isComplete : !state.isPrimed,
    lagSeconds: since === undefined ? undefined : Math.max(0, at - since),
    clockSkewSeconds: looked && round.now - at,
    scansFully: desk.scanAdvice !== undefined,
    rowsRead: memory.rowsRead,
    forced: state.forced,
    vanished: state.vanished,
    resets: state.resets,
    futureStamps: state.futureStamps,
    overflowed: state.ledger.overflowed,
    tasks: readTasks(state, {
      source: source.name,
      schedules: desk.schedules,
      errorClasses: desk.rules.errors.expected,
      dependenciesOf: desk.dependenciesOf,
      slots: desk.slots,
      now: round.now,
      isCurrent: looked !== undefined,
    }),
  }
}

interface Looked {
  readonly pass: Pass
  readonly extras: Extras
}

interface Failure {
  readonly reason: SourceReason
  readonly detail: string
}

interface Outcome {
  readonly round: Round
  readonly looked: Looked | undefined
  readonly failure: Failure | undefined
}

/** A schedule of the configuration wins over one that the source tells; one that is told no longer is no more. */
function replaceSchedules(
  known: Map<string, Schedule>,
  { told, configured }: Readonly<Record<'told' | 'configured', readonly Schedule[]>>,
): void {
  const fixed = new Set(configured.map(({ task }) => task))
  const current = new Set(told.map(({ task }) => task))
  for (const task of known.keys()) if (!fixed.has(task) && !current.has(task)) known.delete(task)
  for (const schedule of told) {
    const before = known.get(schedule.task)
    const isSame = before?.cron === schedule.cron && before.timezone === schedule.timezone
    if (!fixed.has(schedule.task) && !isSame) known.set(schedule.task, schedule)
  }
}

function explainFailure(error: unknown, signal: AbortSignal): Failure {
  if (error instanceof SchemaError) return { reason: 'schema', detail: error.message }
  const { failure, detail } = explainPostgres(error, signal)
  // Class 42 is about names that are not there, and 42501 about rights, which is told as auth.
  const isSchema = failure === 'error' && /\(42[0-9A-Z]{3}\)$/.test(detail)
  return { reason: isSchema ? 'schema' : failure, detail: detail || explain(error) }
}
