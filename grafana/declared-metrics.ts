// Every metric that a query may name: what the exporter declares, what the rules record, what the other programs export.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { collectors } from '../exporter/src/collectors/all.ts'
import { targetMetrics } from '../exporter/src/collectors/target-families.ts'
import { diagnosisMetrics } from '../exporter/src/diagnosis/families.ts'
import { pageMetrics } from '../exporter/src/http/page.ts'
import type { Metric } from '../exporter/src/metrics/metric.ts'
import { metrics as recoveryMetrics } from '../recovery/src/tally.ts'

interface Rule {
  readonly record?: string
  readonly annotations?: { readonly dashboard_url?: string }
}

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly Rule[] }[]
}

const rulesFolder = join(import.meta.dirname, '../prometheus/rules')

export interface Declared {
  readonly isCounter: boolean
  /** Undefined where they follow from a rule or from SQL. */
  readonly labels: ReadonlySet<string> | undefined
}

export async function declaredMetrics(): Promise<ReadonlyMap<string, Declared>> {
  const metrics = [
    ...targetMetrics,
    ...pageMetrics,
    ...diagnosisMetrics,
    ...collectors.flatMap((collector) => collector.metrics),
    ...Object.values(recoveryMetrics),
  ]
  const exported = metrics.flatMap((metric) =>
    seriesOf(metric).map((name): [string, Declared] => [
      name,
      { isCounter: metric.type !== 'gauge', labels: labelsOf(metric) },
    ]),
  )
  const recorded = (await recordedMetrics()).map(
    (name) => [name, { isCounter: false, labels: undefined }] as const,
  )
  return new Map([...exported, ...recorded])
}

function seriesOf({ name, type }: Metric): string[] {
  return type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
}

function labelsOf({ name, labels }: Metric): ReadonlySet<string> | undefined {
  if (name.startsWith('watchpost_statistic')) return undefined
  return new Set([...labels, 'le', 'job', 'instance'])
}

async function readRules(): Promise<Rule[]> {
  const names = (await readdir(rulesFolder)).filter((name) => name.endsWith('.rules.yml'))
  const files = await Promise.all(names.map((name) => readFile(join(rulesFolder, name), 'utf8')))
  return files.flatMap((content) => (parse(content) as RuleFile).groups.flatMap(({ rules }) => rules))
}

async function recordedMetrics(): Promise<string[]> {
  return (await readRules()).flatMap(({ record }) => (record === undefined ? [] : [record]))
}

/** The dashboards that alerts send their readers to. */
export async function alertDashboards(): Promise<string[]> {
  const urls = (await readRules()).flatMap(({ annotations }) => annotations?.dashboard_url ?? [])
  return [...new Set(urls)]
}

/** What Prometheus makes by itself, and what it, Alertmanager and Node.js export of themselves. */
export function isForeign(metric: string): boolean {
  return /^(up|ALERTS|ALERTS_FOR_STATE|(prometheus|alertmanager|process|nodejs)_\w+)$/.test(metric)
}
