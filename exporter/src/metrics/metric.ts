// Declarations of metrics and the values a scrape gives them. Both are plain data: nothing here is updated in place.

export type MetricType = 'gauge' | 'counter' | 'histogram'

export interface Metric {
  readonly name: string
  readonly help: string
  readonly type: MetricType
  readonly labels: readonly string[]
}

/** Label names to values. Keep one frozen object per series: the encoder remembers its text. */
export type Labels = Readonly<Record<string, string>>

export interface Sample {
  readonly labels: Labels
  readonly value: number
}

/** Cumulative counts, one for each of `bounds` and a last one for +Inf; `sum` in the metric's unit. */
export interface Distribution {
  readonly labels: Labels
  readonly bounds: readonly number[]
  readonly counts: readonly number[]
  readonly sum: number
}

export interface Family {
  readonly metric: Metric
  readonly samples: readonly Sample[]
  readonly distributions: readonly Distribution[]
}

export const noLabels: Labels = Object.freeze({})

export function gauge(name: string, help: string, labels: readonly string[] = []): Metric {
  return Object.freeze({ name, help, type: 'gauge' as const, labels })
}

export function counter(name: string, help: string, labels: readonly string[] = []): Metric {
  return Object.freeze({ name, help, type: 'counter' as const, labels })
}

export function histogram(name: string, help: string, labels: readonly string[] = []): Metric {
  return Object.freeze({ name, help, type: 'histogram' as const, labels })
}

/** Samples whose value is undefined or not finite are left out: missing is missing, never 0 or NaN. */
export function family(
  metric: Metric,
  values: Iterable<readonly [Labels, number | boolean | undefined]>,
): Family {
  const samples: Sample[] = []
  for (const [labels, value] of values) {
    const number = typeof value === 'boolean' ? Number(value) : value
    if (number !== undefined && Number.isFinite(number)) samples.push({ labels, value: number })
  }
  return { metric, samples, distributions: [] }
}

export function histogramFamily(metric: Metric, distributions: readonly Distribution[]): Family {
  return { metric, samples: [], distributions }
}

const extended = new WeakMap<Labels, Map<string, Labels>>()

/** `labels` with one more label. The same input gives the same object, so the encoder's memory of it holds. */
export function withLabel(labels: Labels, name: string, value: string): Labels {
  const known = extended.get(labels) ?? new Map<string, Labels>()
  if (known.size === 0) extended.set(labels, known)
  const key = `${name}\u0000${value}`
  const found = known.get(key)
  if (found) return found
  const made = Object.freeze({ ...labels, [name]: value })
  known.set(key, made)
  return made
}

/** One 0/1 sample for each of `states`, 1 for the one that holds (kube-state-metrics' way). */
export function states(
  labels: Labels,
  label: string,
  all: readonly string[],
  current: string,
): (readonly [Labels, number])[] {
  return all.map((state) => [withLabel(labels, label, state), state === current ? 1 : 0] as const)
}
