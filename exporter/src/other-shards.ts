// What other shards found broken, as Prometheus has it: what stands behind a target may be watched by another exporter.
import { reasons, targetKinds } from './collectors/target.ts'
import type { TargetReading } from './collectors/target.ts'
import type { Config } from './config/load.ts'
import { explain } from './log.ts'
import type { Log } from './log.ts'
import { queryNow } from './upstream.ts'
import type { Series } from './upstream.ts'

/** Never throws: without an answer a diagnosis says what it sees by itself. */
export type AskOtherShards = (signal: AbortSignal) => Promise<readonly TargetReading[]>

const timeoutMilliseconds = 2_000
const broken = 'watchpost_target_failure{reason!="none"} == 1 and on (target) watchpost_target_up == 0'

/** Undefined where there are no other shards, or nobody who knows of them. */
export function askOtherShards(config: Config, log: Log): AskOtherShards | undefined {
  const { prometheus } = config.settings.upstream
  if (!config.shard || config.shard.count === 1 || prometheus === undefined) return undefined
  const own = namesOf(config, config.settings)
  const others = namesOf(config, config.declared).difference(own)
  let hasAnswered = true
  return async (signal) => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMilliseconds)])
    try {
      const found = await queryNow(prometheus, broken, limit)
      hasAnswered = true
      return found
        .flatMap((series) => toReading(series, config) ?? [])
        .filter(({ target }) => others.has(target))
    } catch (error) {
      if (hasAnswered) log.warn('what other shards found is not known', { reason: explain(error) })
      hasAnswered = false
      return []
    }
  }
}

function namesOf({ collectors }: Config, settings: Config['settings']): Set<string> {
  const names = collectors.flatMap((collector) => {
    const section = settings[collector.name]
    // The section was parsed by this very collector's schema; the list of them cannot say so to the compiler.
    return section === undefined ? [] : (collector.declarations?.(section as never) ?? [])
  })
  return new Set(names.map(({ name }) => name))
}

const noTotals = { probes: 0, failures: 0, duration: { labels: {}, bounds: [], counts: [], sum: 0 } }

function toReading({ labels }: Series, { dependencies }: Config): TargetReading | undefined {
  const { target } = labels
  const kind = targetKinds.find((known) => known === labels['kind'])
  const reason = reasons.find((known) => known === labels['reason'])
  if (target === undefined || kind === undefined || reason === undefined) return undefined
  return {
    target,
    kind,
    labels: { target, kind },
    info: {},
    status: 'error',
    reason,
    detail: undefined,
    probedAt: undefined,
    durationSeconds: undefined,
    phases: {},
    certificate: undefined,
    assertions: [],
    dependencies: dependencies.get(target) ?? [],
    totals: noTotals,
  }
}
