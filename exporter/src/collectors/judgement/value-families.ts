// The metrics of values that users take from the bodies of their targets.
import { counter, familyOf, gauge, withLabel } from '../../metrics/metric.ts'
import type { Family, Labels, Metric } from '../../metrics/metric.ts'
import type { Value } from './values.ts'

const labels = ['target', 'kind', 'name'] as const

const measured = gauge(
  'watchpost_target_value',
  'A number from the body of the target, by its configured name.',
  labels,
)
const counted = counter(
  'watchpost_target_increments_total',
  'A count from the body of the target that only grows, by its configured name.',
  labels,
)
const timed = gauge(
  'watchpost_target_value_timestamp_seconds',
  'A time from the body of the target, by its configured name.',
  labels,
)
const stated = gauge(
  'watchpost_target_value_state',
  'A state from the body of the target, 1 for the one that holds; unknown for one that was not declared.',
  [...labels, 'state'],
)

export const valueMetrics: readonly Metric[] = [measured, counted, timed, stated]

/** The labels of a target, and what was read from its last body. */
export interface TargetValues {
  readonly labels: Labels
  readonly values: readonly Value[]
}

export function valueFamilies(targets: readonly TargetValues[]): readonly Family[] {
  // Most targets have none.
  const valued = targets.filter(({ values }) => values.length > 0)
  const numbers = (metric: Metric, type: 'gauge' | 'counter' | 'timestamp'): Family =>
    familyOf(metric, valued, (series, target) => {
      for (const value of target.values) {
        if (value.type === type) series.add(withLabel(target.labels, 'name', value.name), value.value)
      }
    })
  return [
    numbers(measured, 'gauge'),
    numbers(counted, 'counter'),
    numbers(timed, 'timestamp'),
    familyOf(stated, valued, (series, target) => {
      for (const value of target.values) {
        if (value.type !== 'state') continue
        series.addStates(withLabel(target.labels, 'name', value.name), 'state', value.states, value.state)
      }
    }),
  ]
}
