// Scheduled work: runs that fail, hang or do not come, and records that cannot be read.
import type { TargetReading } from '../collectors/target.ts'
import type { SourceReading, TaskReading } from '../collectors/tasks/reading.ts'
import type { Cause } from './catalogue/catalogue.ts'
import type { Evidence, Finding, Subject } from './finding.ts'
import { isBroken } from './fleet.ts'
import type { Fleet } from './fleet.ts'
import { formatSeconds, formatTime } from './ladder.ts'
import { maskText } from './mask-secrets.ts'
import { findStandstill, isHeldUp } from './stopped-scheduler.ts'
import type { Standstill } from './stopped-scheduler.ts'
import { mentions } from './text.ts'
import type { Facts } from './text.ts'

// One failure in a while is what retries are for.
const failuresInRow = 2
const lastingFailureSeconds = 300
/** So many successes one after the other, each of them a second try. */
const retriedRuns = 3

export function diagnoseTasks(fleet: Fleet): Finding[] {
  const reading = fleet.readings.tasks
  if (!reading) return []
  const standstills = reading.sources.flatMap((source) => {
    const standstill = findStandstill(source)
    return standstill ? [[source.source, standstill] as const] : []
  })
  const stopped = new Set(standstills.map(([source]) => source))
  return [
    ...standstills.map(([source, standstill]) => explainStandstill(source, standstill)),
    ...reading.sources.flatMap((source) => explainSource(source, fleet)),
    ...reading.tasks.flatMap((task) => explainTask(task, fleet, stopped.has(task.source))),
  ]
}

function explainTask(task: TaskReading, fleet: Fleet, isStopped: boolean): Finding[] {
  switch (task.verdict) {
    case 'overdue':
      return [waitsFor(task, isStopped, isHeldUp(task) ? explainHung(task, fleet) : explainMissed(task))]
    case 'running_too_long':
      return [waitsFor(task, isStopped, explainHung(task, fleet))]
    case 'failing':
      return isLasting(task, fleet) ? [explainFailed(task, fleet)] : []
    default:
      if (isHollow(task)) return [explainHollow(task)]
      return task.totals.retriedInRow >= retriedRuns ? [explainRetried(task)] : []
  }
}

/** What a scheduler that has stopped does not start, or left behind, is no fault of the task. */
function waitsFor({ source }: TaskReading, isStopped: boolean, finding: Finding): Finding {
  return isStopped ? { ...finding, severity: 'info', root: source } : finding
}

function isLasting({ totals }: TaskReading, { startedAt }: Fleet): boolean {
  if (totals.consecutiveFailures >= failuresInRow) return true
  return totals.lastFailure !== undefined && startedAt - totals.lastFailure >= lastingFailureSeconds
}

function isHollow({ totals, schedule }: TaskReading): boolean {
  const { lastRunSucceeded, lastDuration } = totals
  return lastRunSucceeded === true && (lastDuration ?? Infinity) < (schedule?.min_runtime ?? 0)
}

function explainHollow(task: TaskReading): Finding {
  const measured = formatSeconds(task.totals.lastDuration ?? 0)
  const limit = formatSeconds(task.schedule?.min_runtime ?? 0)
  const evidence: Evidence = {
    rung: 'runs',
    measured: `a success after ${measured}, at least ${limit}; ${task.totals.tooShort} such runs in all`,
    ok: false,
  }
  return describe(task, 'run_hollow', [evidence], { measured, limit })
}

function explainFailed(task: TaskReading, fleet: Fleet): Finding {
  const note = task.notes.at(-1)
  const detail = withoutSecrets(note?.message ?? 'no message')
  const failures = String(task.totals.consecutiveFailures)
  const measured = `${failures} failures in a row, the last one of class ${note?.class ?? 'other'}: ${detail}`
  const evidence: Evidence = { rung: 'runs', measured, ok: false }
  const root = [...fleet.targets.values()].find(
    (target) => isBroken(target) && mentions(detail, target.target),
  )
  if (!root) return describe(task, 'run_failed', [evidence], { detail, failures })
  return blame(root, task, [evidence], detail)
}

function explainRetried(task: TaskReading): Finding {
  const detail = withoutSecrets(task.notes.at(-1)?.message ?? 'no message')
  const { retries, retrySuccesses } = task.totals
  const measured = `${retries} retries, ${retrySuccesses} of them successes; first tries fail with: ${detail}`
  return describe(task, 'run_retried', [{ rung: 'runs', measured, ok: false }], { detail })
}

/** The limit is the max_runtime, or what comes first: the next slot, which the run keeps from being answered. */
function explainHung(task: TaskReading, { startedAt }: Fleet): Finding {
  const { due, nextRun, schedule, isRunningTooLong } = task
  const measured = formatSeconds(startedAt - (task.oldestStart ?? startedAt))
  const interval = due === undefined || nextRun === undefined ? undefined : nextRun - due
  const limit = formatSeconds((isRunningTooLong ? schedule?.max_runtime : interval) ?? 0)
  const evidence: Evidence = {
    rung: 'runs',
    measured: `under way for ${measured}, at most ${limit}`,
    ok: false,
  }
  return describe(task, 'run_hung', [evidence], { measured, limit })
}

function explainMissed(task: TaskReading): Finding {
  const due = task.due === undefined ? 'its slot' : formatTime(task.due)
  const { lastStart } = task.totals
  const started =
    lastStart === undefined ? 'it never started' : `the last start was at ${formatTime(lastStart)}`
  const evidence: Evidence = {
    rung: 'schedule',
    measured: `due at ${due} by "${task.schedule?.cron ?? ''}", ${started}, ${task.missed ?? 0} slots missed`,
    ok: false,
  }
  return describe(task, 'run_missed', [evidence], { due })
}

function explainStandstill(source: string, { since, overdue, open }: Standstill): Finding {
  const started = since === undefined ? 'the beginning of its records' : formatTime(since)
  const late = overdue.map(({ task }) => task)
  const evidence: Evidence = {
    rung: 'schedule',
    measured: `no run began since ${started}; overdue: ${nameSome(late)}`,
    ok: false,
  }
  const left = open.map(({ task }) => task)
  const unended: Evidence = { rung: 'runs', measured: `not ended: ${nameSome(left)}`, ok: false }
  const subject = { task: source, subject: 'task_source' } as const
  const facts = { started, count: String(late.length) }
  return {
    ...describe(subject, 'scheduler_stopped', left.length === 0 ? [evidence] : [evidence, unended], facts),
    severity: 'critical',
    since,
  }
}

const namedAtMost = 8

function nameSome(names: readonly string[]): string {
  const rest = names.length - namedAtMost
  return names.slice(0, namedAtMost).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

function explainSource(source: SourceReading, fleet: Fleet): Finding[] {
  if (source.reason === undefined) return []
  const detail = withoutSecrets(source.detail ?? source.reason)
  const evidence: Evidence = { rung: 'records', measured: detail, ok: false }
  const subject = { task: source.source, subject: 'task_source' } as const
  const name = fleet.settings.tasks?.find((configured) => configured.name === source.source)?.database
  const database = name === undefined ? undefined : fleet.targets.get(name)
  return isBroken(database)
    ? [blame(database, subject, [evidence], detail)]
    : [describe(subject, 'records_unreadable', [evidence], { detail })]
}

function blame(root: TargetReading, task: Described, evidence: readonly Evidence[], detail: string): Finding {
  const rootDetail = root.detail ?? root.reason
  const broken: Evidence = { rung: 'dependency', measured: `${root.target}: ${rootDetail}`, ok: false }
  const facts = { detail, root: root.target, rootDetail, watchedRoot: root.target }
  return {
    ...describe(task, 'dependency', [broken, ...evidence], facts),
    issueType: 'dependency_failure',
    severity: 'info',
    root: root.target,
  }
}

interface Described {
  readonly task: string
  readonly subject?: Subject
}

function describe(task: Described, cause: Cause, evidence: readonly Evidence[], facts: Facts): Finding {
  return {
    target: task.task,
    subject: task.subject ?? 'task',
    issueType: 'task_failure',
    cause,
    severity: 'warning',
    root: undefined,
    since: undefined,
    evidence,
    behind: [],
    facts: { target: task.task, ...facts },
  }
}

/** What a program wrote about its failure may hold the password that it failed with. */
function withoutSecrets(text: string): string {
  return maskText(text).slice(0, 300)
}
