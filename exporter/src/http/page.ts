// A snapshot as metric families: what /metrics says, besides the process's own.
import { targetFamilies } from '../collectors/target-families.ts'
import { diagnosisFamilies, diagnosisMetrics } from '../diagnosis/families.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { family, gauge, noLabels } from '../metrics/metric.ts'
import type { Family } from '../metrics/metric.ts'
import type { Snapshot } from '../scrape.ts'

/** How the running configuration came to be. */
export interface ReloadState {
  readonly successful: boolean
  /** Unix time of the last successful load, in seconds. */
  readonly succeededAt: number
}

const build = gauge('watchpost_build_info', 'The version of Watchpost that answers; always 1.', [
  'version',
  'node_version',
])
const reloadSuccessful = gauge(
  'watchpost_config_last_reload_successful',
  'Whether the last attempt to load the configuration succeeded; if not, the one before is in use.',
)
const reloadTime = gauge(
  'watchpost_config_last_reload_success_timestamp_seconds',
  'When the configuration in use was loaded.',
)
const scrapeDuration = gauge(
  'watchpost_scrape_duration_seconds',
  'How long the round of probes behind this page took.',
)
const collectorDuration = gauge(
  'watchpost_collector_duration_seconds',
  'How long the collector took in this round.',
  ['collector'],
)
const collectorSuccess = gauge(
  'watchpost_collector_success',
  'Whether the collector gave a reading in this round; failing targets are no failure of it.',
  ['collector'],
)
const threshold = gauge(
  'watchpost_threshold',
  'A limit from the configuration that alert rules compare with, in the base unit of what it limits.',
  ['name'],
)

const sloObjective = gauge(
  'watchpost_slo_objective_ratio',
  'The share of probes that shall find a service usable, from the configuration.',
)

const shards = gauge(
  'watchpost_shards',
  'Into how many shards the fleet is split; shard is the number of the one that answers. Absent where it is not split.',
  ['shard'],
)

export const pageMetrics = [
  build,
  reloadSuccessful,
  reloadTime,
  scrapeDuration,
  collectorDuration,
  collectorSuccess,
  threshold,
  sloObjective,
  shards,
  ...diagnosisMetrics,
]

interface PageInput {
  readonly snapshot: Snapshot
  /** None where only some collectors were asked: a cause may lie with those that were not. */
  readonly findings: readonly Finding[]
  readonly reload: ReloadState
  readonly version: string
}

export function pageFamilies({ snapshot, findings, reload, version }: PageInput): Family[] {
  const found = snapshot.collectors.map(
    (collector) => [collector, snapshot.readings[collector.name]] as const,
  )
  const targets = found.flatMap(([, reading]) => reading?.targets ?? [])
  return [
    ...targetFamilies(targets),
    // Each reading came from the collector of the same name; the mapped type cannot carry that through a loop.
    ...found.flatMap(([collector, reading]) => (reading ? collector.families(reading as never) : [])),
    ...diagnosisFamilies(findings),
    ...ownFamilies({ snapshot, reload, version }),
  ]
}

function ownFamilies({ snapshot, reload, version }: Omit<PageInput, 'findings'>): Family[] {
  const { outcomes, settings, shard } = snapshot
  return [
    family(
      collectorDuration,
      outcomes.map((o) => [{ collector: o.collector }, o.durationSeconds]),
    ),
    family(
      collectorSuccess,
      outcomes.map((o) => [{ collector: o.collector }, o.success]),
    ),
    family(scrapeDuration, [[noLabels, snapshot.durationSeconds]]),
    family(
      threshold,
      Object.entries(settings.thresholds).map(([name, value]) => [{ name }, value]),
    ),
    family(sloObjective, [[noLabels, settings.slo.objective]]),
    family(shards, shard ? [[{ shard: String(shard.number) }, shard.count]] : []),
    family(reloadSuccessful, [[noLabels, reload.successful]]),
    family(reloadTime, [[noLabels, reload.succeededAt]]),
    family(build, [[{ version, node_version: process.versions.node }, 1]]),
  ]
}
