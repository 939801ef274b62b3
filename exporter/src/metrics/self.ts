// Metrics of Watchpost's own process, kept by prom-client.
import { Registry, collectDefaultMetrics } from 'prom-client'

export interface SelfMetrics {
  text(): Promise<string>
}

export function createSelfMetrics(): SelfMetrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  // Gauges named like counters: a linter of the page would rightly complain.
  for (const name of ['handles', 'requests', 'resources']) {
    registry.removeSingleMetric(`nodejs_active_${name}_total`)
  }
  return { text: () => registry.metrics() }
}
