// Data sources: not usable, out of allowance, too old, or full of faults.
import type { DataSourceReading } from '../collectors/data-sources/watch.ts'
import { isSpent } from '../collectors/data-sources/quota/quota.ts'
import { explainTarget } from './broken-target.ts'
import type { Cause } from './catalogue/catalogue.ts'
import type { Finding, IssueType, Rung } from './finding.ts'
import type { Fleet } from './fleet.ts'
import { climbHeld, formatRatio, formatTime } from './ladder.ts'
import { factsOf } from './target-facts.ts'
import { mentions } from './text.ts'

export function diagnoseSources(fleet: Fleet): Finding[] {
  return (fleet.readings.data_sources?.targets ?? []).flatMap((source) => {
    if (source.status === 'error') return [explainTarget(source, fleet)]
    if (source.isStale === true) return [explainAge(source, fleet)]
    if (source.status === 'warning') return [explainTarget(source, fleet)]
    return [...findSpentQuota(source), ...findBadRows(source)]
  })
}

interface Trouble {
  readonly cause: Cause
  readonly issueType: IssueType
  readonly rung: Rung
  readonly measured: string
  readonly detail: string
}

function explainAge(source: DataSourceReading, { startedAt, readings }: Fleet): Finding {
  const at = source.lastSyncAt
  const detail = at === undefined ? 'never synced' : `the last sync was at ${formatTime(at)}`
  const age = at === undefined ? 'unknown age' : `${Math.round(startedAt - at)} s old`
  // Nothing says which task takes the data over, but one that fails on the source names it.
  const failing = (readings.tasks?.tasks ?? []).filter(
    ({ verdict, notes }) => verdict === 'failing' && mentions(notes.at(-1)?.message ?? '', source.target),
  )
  const tasks = failing.length === 0 ? '' : `; task ${failing.map(({ task }) => task).join(', ')} fails on it`
  const trouble = { cause: 'stale_data', issueType: 'data_source_failure', rung: 'freshness' } as const
  return describe(source, { ...trouble, measured: age, detail: detail + tasks })
}

function findSpentQuota(source: DataSourceReading): Finding[] {
  const { quota } = source
  if (!quota || !isSpent(quota)) return []
  const reset = quota.resetAt === undefined ? '' : `, full again at ${formatTime(quota.resetAt)}`
  const measured = `${quota.used} of ${quota.limit} ${quota.unit} used${reset}`
  return [
    describe(source, {
      cause: 'quota_exhausted',
      issueType: 'data_source_failure',
      rung: 'quota',
      measured,
      detail: measured,
    }),
  ]
}

const causeOfDimension = {
  completeness: 'rows_incomplete',
  uniqueness: 'rows_duplicated',
  validity: 'rows_invalid',
  volume: 'rows_missing',
  freshness: 'rows_old',
} as const satisfies Record<string, Cause>

// What must not be empty, double or wrong seldom is: long before an alert, one in a hundred is worth a word.
const leastRatio = 0.99
// Freshness and volume come and go with each sync, so that only a low one means anything.
const leastOf: Readonly<Record<string, number>> = { freshness: 0.5, volume: 0.9 }

function findBadRows(source: DataSourceReading): Finding[] {
  const bad = Object.entries(source.quality?.measures ?? {}).flatMap(([name, measure]) => {
    const dimension = name as keyof typeof causeOfDimension
    return measure.ratio < (leastOf[dimension] ?? leastRatio) ? [{ dimension, ...measure }] : []
  })
  const [worst] = bad.toSorted((a, b) => a.ratio - b.ratio)
  if (!worst) return []
  const measured = `${formatRatio(worst.ratio)} (${Math.round(worst.passed)} of ${Math.round(worst.checked)})`
  const cause = causeOfDimension[worst.dimension]
  return [
    describe(source, {
      cause,
      issueType: 'data_quality',
      rung: 'quality',
      measured,
      detail: `${worst.dimension} ${measured}`,
    }),
  ]
}

function describe(source: DataSourceReading, { cause, issueType, rung, measured, detail }: Trouble): Finding {
  return {
    target: source.target,
    subject: 'data_source',
    issueType,
    cause,
    severity: 'warning',
    root: undefined,
    since: undefined,
    evidence: [...climbHeld(source), { rung, measured: detail, ok: false }],
    behind: [],
    facts: { ...factsOf(source), measured, detail },
  }
}
