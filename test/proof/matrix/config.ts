// watchpost.yml for the matrix: that of the demo, at a pace at which its faults come and go in seconds.
import { parse, stringify } from 'yaml'
import { renderConfig } from '../../../demo/config.ts'
import type { Upstream } from '../../../demo/config.ts'
import type { Fleet } from '../../../demo/fleet.ts'

interface Document {
  readonly thresholds: Readonly<Record<string, string>>
  readonly services: readonly object[]
  readonly data_sources: readonly { readonly name: string; readonly quality?: object }[]
  readonly tasks: readonly [{ readonly schedules: readonly object[] }]
  readonly [section: string]: unknown
}

export interface Surroundings {
  readonly gateway: object
  readonly procfs: string
  /** Whether a task is scheduled that nobody ever deployed. */
  readonly hasUndeployedTask?: boolean
}

/** How often rows are looked through. */
export const qualitySeconds = 3
/** How often each source is asked: as often as its quota bears. */
export const sourceSeconds = { google_sheets: 6, cmoney_api: 4, finlab_api: 1 } as const

/** Of the one job that tells of its runs by pings. */
export const pingToken = 'token of the matrix'

export function renderMatrixConfig(fleet: Fleet, upstream: Upstream, around: Surroundings): string {
  const document = parse(renderConfig(fleet, upstream)) as Document
  const [scheduler] = document.tasks
  const undeployed = {
    task: 'never_deployed',
    type: 'hourly',
    cron: '*/5 * * * * *',
    timezone: 'Asia/Taipei',
    grace: '1s',
  }
  return stringify({
    ...document,
    global: { timeout: '2s' },
    thresholds: {
      ...document.thresholds,
      response_time: '450ms',
      disk: '95%',
      transaction_time: '3s',
      replication_lag: '3s',
    },
    // Its windows are hours: at this pace they would judge the minutes of a busy machine. promtool has them.
    slo: { objective: '50%' },
    connectivity: { anchors: [fleet.networkAnchor], timeout: '500ms' },
    services: [...document.services, around.gateway],
    data_sources: document.data_sources.map((source) => ({
      ...source,
      min_interval: `${sourceSeconds[source.name as keyof typeof sourceSeconds]}s`,
      retry_interval: '1s',
      ...(source.quality && { quality: adaptQuality(source.quality) }),
    })),
    tasks: [
      {
        ...scheduler,
        schedules: [...scheduler.schedules, ...(around.hasUndeployedTask ? [undeployed] : [])],
      },
      {
        name: 'jobs',
        kind: 'heartbeat',
        token: pingToken,
        // Hardly ever due: it runs when the matrix says so.
        schedules: [{ task: 'backup', type: 'daily', cron: '0 0 29 2 *' }],
      },
    ],
    host: { procfs: around.procfs, filesystems: [fleet.diskPath] },
  })
}

/** Looked at often, and only what came in lately: the demo's bad rows are few among those of a day. */
function adaptQuality(quality: object): object {
  return { ...quality, every: `${qualitySeconds}s`, ...('window' in quality && { window: '1m' }) }
}
