// What was found in a round, as the rules look at it: targets by name, who is broken, who stands behind whom.
import type { Reading } from '../collectors/collector.ts'
import type { ConnectivityReading } from '../collectors/connectivity.ts'
import type { ContainersReading } from '../collectors/containers/containers.ts'
import type { DataSourcesReading } from '../collectors/data-sources/data-sources.ts'
import type { DatabasesReading } from '../collectors/databases/databases.ts'
import type { HostReading } from '../collectors/host/facts.ts'
import type { ServicesReading } from '../collectors/services/services.ts'
import type { Dependency, Status, TargetReading } from '../collectors/target.ts'
import type { TasksReading } from '../collectors/tasks/reading.ts'

export type Thresholds = Readonly<
  Record<
    | 'cpu'
    | 'memory'
    | 'disk'
    | 'error_rate'
    | 'response_time'
    | 'connections'
    | 'transaction_time'
    | 'replication_lag',
    number
  >
>

/** The part of a snapshot that the rules read. */
export interface Observed {
  /** Unix time in seconds. */
  readonly startedAt: number
  readonly readings: {
    readonly connectivity?: ConnectivityReading
    readonly services?: ServicesReading
    /** Services that do not speak HTTP. */
    readonly endpoints?: Reading
    readonly databases?: DatabasesReading
    readonly data_sources?: DataSourcesReading
    readonly tasks?: TasksReading
    readonly host?: HostReading
    readonly containers?: ContainersReading
  }
  /** What other shards found broken. */
  readonly others?: readonly TargetReading[]
  readonly settings: {
    readonly thresholds: Thresholds
    readonly tasks?: readonly { readonly name: string; readonly database?: string }[] | undefined
  }
}

interface PastVerdict {
  readonly status: Status
  readonly probedAt: number | undefined
  readonly durationSeconds?: number | undefined
}

/** The last verdicts on a target, oldest first, with the present one at the end. */
export interface Past {
  /** Oldest first; of all that are known, or of the newest `count`. */
  of(target: string, count?: number): readonly PastVerdict[]
}

export interface Fleet extends Observed {
  readonly targets: ReadonlyMap<string, TargetReading>
  readonly past: Past
  /** No anchor can be reached: what cannot be reached says nothing of itself. */
  readonly isBlind: boolean
}

export function surveyFleet(observed: Observed, past: Past): Fleet {
  const readings: readonly (Reading | undefined)[] = Object.values(observed.readings)
  const all = [...(observed.others ?? []), ...readings.flatMap((reading) => reading?.targets ?? [])]
  const isBlind = observed.readings.connectivity?.anchors.every(({ reached }) => !reached) ?? false
  return { ...observed, targets: new Map(all.map((target) => [target.target, target])), past, isBlind }
}

export function isBroken(target: TargetReading | undefined): target is TargetReading {
  return target?.status === 'error'
}

/**
 * The broken targets that the given one depends on and that no further broken one stands behind.
 * What a service itself reports may close a circle; then all of the circle are named.
 */
export function brokenRoots(
  target: TargetReading,
  fleet: Fleet,
  strength: Dependency['strength'],
): readonly TargetReading[] {
  const broken = brokenBehind(target, fleet, strength).filter(({ target: name }) => name !== target.target)
  const roots = broken.filter((one) => brokenBehind(one, fleet, 'hard').length === 0)
  return roots.length > 0 ? roots : broken
}

function brokenBehind(
  target: TargetReading,
  { targets }: Fleet,
  strength: Dependency['strength'],
): TargetReading[] {
  const seen = new Set<string>()
  const waiting = target.dependencies.filter((edge) => edge.strength === strength)
  const broken: TargetReading[] = []
  for (let edge = waiting.pop(); edge; edge = waiting.pop()) {
    if (seen.has(edge.dependency)) continue
    seen.add(edge.dependency)
    const found = targets.get(edge.dependency)
    if (isBroken(found)) broken.push(found)
    waiting.push(...(found?.dependencies.filter((next) => next.strength === 'hard') ?? []))
  }
  return broken
}

/** Since when the verdict has not been a good one; a single verdict says nothing of that. */
export function badSince(target: string, { past }: Fleet): number | undefined {
  const verdicts = past.of(target)
  if (verdicts.length < 2) return undefined
  const lastGood = verdicts.findLastIndex(({ status }) => status === 'healthy')
  return verdicts[lastGood + 1]?.probedAt
}
