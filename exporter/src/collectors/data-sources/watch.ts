// One source: asked when it may be, and all that is known of it put together.
import { orAtDeadline } from '../at-deadline.ts'
import { remember } from '../collector.ts'
import type { Context, Round } from '../collector.ts'
import type { Value } from '../judgement/values.ts'
import { createTally } from '../tally.ts'
import type { TargetReading } from '../target.ts'
import { askSource, currentQuota, isDue } from './ask.ts'
import { createSourceMemory } from './memory.ts'
import type { SourceMemory } from './memory.ts'
import type { Quality } from './quality/quality.ts'
import type { Quota } from './quota/quota.ts'
import { createReporter } from './report.ts'
import { refreshLastSync, refreshQuality } from './rows.ts'
import type { DataSource } from './section.ts'
import { settleSource } from './settled.ts'
import type { SettledSource } from './settled.ts'
import { connectionOf, judgeAnswer, staleness } from './verdict.ts'
import type { Connection } from './verdict.ts'

export interface DataSourceReading extends TargetReading {
  /** Undefined while it is not known. */
  readonly connection: Connection | undefined
  readonly values: readonly Value[]
  readonly lastSyncAt: number | undefined
  /** As it is said to be, and as it is. */
  readonly syncSeconds: number | undefined
  readonly observedSyncSeconds: number | undefined
  readonly isStale: boolean | undefined
  readonly quota: Quota | undefined
  /** At the pace since it was last full. */
  readonly quotaExhaustedAt: number | undefined
  readonly backoffUntil: number | undefined
  readonly quality: Quality | undefined
  readonly qualitySuccess: boolean | undefined
  readonly errors: number
  readonly rateLimited: number
  readonly ownRequests: number
}

export function watchDataSource(
  configured: DataSource,
  context: Context,
): (round: Round) => Promise<DataSourceReading> {
  const settled = settleSource(configured, context)
  const { name } = configured
  const labels = Object.freeze({ target: name, kind: 'data_source' })
  const info = Object.freeze({ url: settled.source.url })
  const tally = createTally(context.memory, labels)
  // Under all that is configured, so that a changed source starts anew. Secrets in it are masked.
  const memory = remember(
    context.memory,
    `data source\u0000${JSON.stringify(configured)}`,
    createSourceMemory,
  )
  const report = createReporter(name, context.log)

  async function look(round: Round): Promise<DataSourceReading> {
    const isAsked = isDue(settled, memory, round.now)
    if (isAsked) await askSource(settled, memory, round)
    const beside = { databases: context.databases, round }
    const sync = await refreshLastSync(settled, memory, beside)
    const quality = await refreshQuality(settled, memory, beside)
    const known = describe(settled, memory, round.now)
    const isDown = known.status === 'error'
    memory.errors += Number(isAsked && isDown)
    report({ verdict: known, sync, quality, backoffUntil: known.backoffUntil })
    return toReading(known, isAsked ? tally.record(known.durationSeconds, isDown) : tally.read())
  }

  function toReading(known: Known, totals: DataSourceReading['totals']): DataSourceReading {
    const dependencies = context.dependencies.get(name) ?? []
    const own = { target: name, kind: 'data_source', labels, info, dependencies, totals } as const
    return { ...own, ...known, errors: memory.errors }
  }

  return joined(look, ({ now }) => memory.kept && toReading(describe(settled, memory, now), tally.read()))
}

type Own = 'target' | 'kind' | 'labels' | 'info' | 'dependencies' | 'totals' | 'errors'
type Known = Omit<DataSourceReading, Own> & { readonly durationSeconds: number }

/** What is known now, of whatever age its parts are. */
function describe(settled: SettledSource, memory: SourceMemory, now: number): Known {
  const { configured } = settled
  const { kept, lastSyncAt, quality } = memory
  if (!kept) throw new Error(`data source ${configured.name}: expected an answer to have been kept`)
  if (lastSyncAt !== undefined) memory.syncs.note(lastSyncAt)
  const isStale = staleness(settled, lastSyncAt, now)
  const verdict = judgeAnswer(settled, kept.answer, isStale)
  const quota = currentQuota(settled, memory, now)
  const { durationSeconds, phases, certificate, tlsVersion, assertions, values } = kept.answer
  return {
    ...verdict,
    durationSeconds,
    phases,
    certificate,
    tlsVersion,
    assertions,
    values,
    probedAt: kept.at,
    connection: connectionOf(verdict),
    lastSyncAt,
    syncSeconds: configured.sync_every,
    observedSyncSeconds: memory.syncs.interval(),
    isStale,
    quota,
    quotaExhaustedAt: memory.forecast.next(quota, now),
    backoffUntil: memory.backoff.until(now),
    quality: quality?.found,
    qualitySuccess: quality && quality.problem === undefined,
    rateLimited: memory.rateLimited,
    ownRequests: memory.count.total(),
  }
}

type Look<T> = (round: Round) => Promise<T>

/** Rounds that overlap share one look: two at once would spend the quota twice. Who has less time gets what was known. */
function joined<T>(look: Look<T>, known: (round: Round) => T | undefined): Look<T> {
  let running: Promise<T> | undefined
  return (round) => {
    if (running) return orAtDeadline(running, round.signal, () => known(round))
    running = look(round).finally(() => {
      running = undefined
    })
    return running
  }
}
