// Declarations of metrics and the values a scrape gives them. Nothing here is updated in place.

type MetricType = 'gauge' | 'counter' | 'histogram'

export interface Metric {
  readonly name: string
  readonly help: string
  readonly type: MetricType
  readonly labels: readonly string[]
}

/** Label names to values. Keep one frozen object per series: the encoder remembers its text. */
export type Labels = Readonly<Record<string, string>>

/** Undefined or not finite is left out: missing is missing, never 0 or NaN. */
export type Value = number | boolean | undefined

/** Cumulative counts, one for each of `bounds` and a last one for +Inf; `sum` in the metric's unit. */
export interface Distribution {
  readonly labels: Labels
  readonly bounds: readonly number[]
  readonly counts: readonly number[]
  readonly sum: number
}

/** What takes the series of a family, one by one, as they are written. */
export interface Series {
  add(labels: Labels, value: Value): void
  /** A series for each of `names`, a list that is the same at every scrape, as the value of one more label. */
  addSplit(labels: Labels, label: string, names: readonly string[], value: (name: string) => Value): void
  /** A 0/1 series for each of `all`, 1 for the one that holds (kube-state-metrics' way). */
  addStates(labels: Labels, label: string, all: readonly string[], current: string): void
  addDistribution(distribution: Distribution): void
}

export interface Family {
  readonly metric: Metric
  /** Gives its series straight to the page: lists of a hundred thousand would be most of what a scrape costs. */
  readonly each: (series: Series) => void
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

export function family(metric: Metric, values: Iterable<readonly [Labels, Value]>): Family {
  return {
    metric,
    each: (series) => {
      for (const [labels, value] of values) series.add(labels, value)
    },
  }
}

export function histogramFamily(metric: Metric, distributions: readonly Distribution[]): Family {
  return {
    metric,
    each: (series) => {
      for (const distribution of distributions) series.addDistribution(distribution)
    },
  }
}

/** The family of `metric` to which each of `items` adds its own. */
export function familyOf<Item>(
  metric: Metric,
  items: readonly Item[],
  add: (series: Series, item: Item) => void,
): Family {
  return {
    metric,
    each: (series) => {
      for (const item of items) add(series, item)
    },
  }
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

/** One 0/1 sample for each of `states`, 1 for the one that holds. */
export function states(
  labels: Labels,
  label: string,
  all: readonly string[],
  current: string,
): (readonly [Labels, number])[] {
  return all.map((state) => [withLabel(labels, label, state), state === current ? 1 : 0] as const)
}
