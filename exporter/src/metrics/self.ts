// Metrics of Watchpost's own process, kept by prom-client and written by our encoder like all others.
import { Registry, collectDefaultMetrics } from 'prom-client'
import type { MetricObjectWithValues, MetricValue } from 'prom-client'
import { counter, family, gauge, histogram, histogramFamily } from './metric.ts'
import type { Distribution, Family, Labels } from './metric.ts'

export interface SelfMetrics {
  readonly families: () => Promise<Family[]>
}

// Gauges named like counters: a linter of the page would rightly complain.
const misnamed = ['handles', 'requests', 'resources'].map((thing) => `nodejs_active_${thing}_total`)

export function createSelfMetrics(): SelfMetrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const name of misnamed) registry.removeSingleMetric(name)
  return { families: async () => (await registry.getMetricsAsJSON()).map(readMetric) }
}

type Json = MetricObjectWithValues<MetricValue<string>>

function readMetric({ name, help, type, values }: Json): Family {
  const sentence = help.endsWith('.') ? help : `${help}.`
  if (String(type) === 'histogram')
    return histogramFamily(histogram(name, sentence), readDistributions(values))
  const metric = String(type) === 'counter' ? counter(name, sentence) : gauge(name, sentence)
  return family(
    metric,
    values.map(({ labels, value }) => [readLabels(labels), value] as const),
  )
}

function readDistributions(values: Json['values']): Distribution[] {
  const groups = Map.groupBy(values, ({ labels: { le: _, ...rest } }) => JSON.stringify(rest))
  return [...groups.values()].map((group) => {
    const buckets = group.filter(({ labels }) => labels['le'] !== undefined)
    const { le: _, ...labels } = readLabels(group[0]?.labels ?? {})
    return {
      labels,
      bounds: buckets.map((bucket) => Number(bucket.labels['le'])).filter(Number.isFinite),
      counts: buckets.map(({ value }) => value),
      sum: group.find((item) => 'metricName' in item && String(item.metricName).endsWith('_sum'))?.value ?? 0,
    }
  })
}

function readLabels(labels: Readonly<Partial<Record<string, string | number>>>): Labels {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]))
}
