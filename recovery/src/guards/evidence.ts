// What was seen just now, as one value: guards judge by it and never ask themselves.
import type { Labels } from '../../../exporter/src/metrics/metric.ts'

export interface PrometheusAlert {
  readonly labels: Labels
  readonly state: 'pending' | 'firing'
}

export interface AnnouncedAlert {
  readonly fingerprint: string
  /** Unix seconds, whole milliseconds. */
  readonly startsAt: number
  /** Silenced, inhibited or muted. */
  readonly isSuppressed: boolean
}

/** Undefined is what could not be learnt, and never lets an action pass. */
export interface Evidence {
  readonly now: number
  readonly isPausedByFile: boolean
  /** All alerts of Prometheus. */
  readonly alerts: readonly PrometheusAlert[] | undefined
  /** All alerts of Alertmanager. */
  readonly announced: readonly AnnouncedAlert[] | undefined
  /** Whether each target of the exporter is up. */
  readonly targetsUp: ReadonlyMap<string, boolean> | undefined
  /** When each was last asked, Unix seconds: a source may be asked much seldomer than it is scraped. */
  readonly askedAt: ReadonlyMap<string, number>
  /** How old the newest of these samples is. */
  readonly ageSeconds: number | undefined
  /** How far our clock is ahead of that of Prometheus. */
  readonly clockOffsetSeconds: number | undefined
  /** Whether the policy's own condition holds. */
  readonly isHealthy: boolean | undefined
}
