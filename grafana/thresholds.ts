// Where colours change. The limits are the defaults of `thresholds` in watchpost.yml; lines in graphs follow the
// configured ones, because they are drawn from watchpost_threshold.
import {
  FieldColorBuilder,
  FieldColorModeId,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { colour } from './colours.ts'
import type { Colour } from './colours.ts'

export const limits = {
  cpu: 0.8,
  memory: 0.8,
  disk: 0.9,
  response_time: 1,
  error_rate: 0.05,
  task_failure_rate: 0.1,
  data_quality: 0.95,
  connections: 0.8,
  transaction_time: 900,
  replication_lag: 60,
  memory_pressure: 0.1,
  io_pressure: 0.3,
  certificate_time: 1_814_400,
  certificate_time_critical: 259_200,
  sync_intervals: 2,
  task_slowdown: 3,
  task_stuck_time: 600,
} as const

/** The colour from below everything, then each colour from the value that it begins at. */
export type Steps = readonly [Colour, ...(readonly [number, Colour])[]]

export const plain: Steps = [colour.neutral]
export const calm: Steps = [colour.calm]

/** Anything above nothing is bad. */
export const noneIsGood: Steps = [colour.good, [1, colour.bad]]
export const noneIsQuiet: Steps = [colour.good, [1, colour.warning]]

/** Good below three quarters of the limit, bad from the limit. */
export function upTo(limit: number): Steps {
  return [colour.good, [limit * 0.75, colour.warning], [limit, colour.bad]]
}

/** Bad below `bad`, good from `good`. */
export function atLeast(bad: number, good: number): Steps {
  return [colour.bad, [bad, colour.warning], [good, colour.good]]
}

/** How long something lasts: bad for the next hours, worth a look within a day. */
export const soon: Steps = [colour.bad, [4 * 3600, colour.warning], [86_400, colour.good]]

export function thresholds([base, ...rest]: Steps): ThresholdsConfigBuilder {
  const first = { value: null, color: base }
  const others = rest.map(([value, color]) => ({ value, color }))
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([first, ...others])
}

/** Said outright, because the default of some kinds of panel is a range of colours between the least and the most. */
export const colouredByThresholds = new FieldColorBuilder().mode(FieldColorModeId.Thresholds)
