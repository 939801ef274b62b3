// The lives of all alerts, by the rule file they are in.
import type { Life } from './life.ts'
import { logs, meta, recovery } from './monitoring.ts'
import { databases, dataSources, services } from './targets.ts'
import { anomaly, host, slo, statistics, tasks } from './work.ts'

export const lives: Readonly<Record<string, readonly Life[]>> = {
  anomaly,
  databases,
  'data-sources': dataSources,
  host,
  logs,
  meta,
  recovery,
  services,
  slo,
  statistics,
  tasks,
}
