// Looks at the world for the guards: Prometheus, Alertmanager and the exporter, each asked afresh.
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Log } from '../../exporter/src/log.ts'
import { explain } from '../../exporter/src/log.ts'
import type { Settings, Policy } from './config/schema.ts'
import { describeAnswer } from './exchange.ts'
import type { AnnouncedAlert, Evidence, PrometheusAlert } from './guards/evidence.ts'
import { askPlace, readPlace } from './place.ts'

const timeoutMilliseconds = 5_000
const probeTimeoutMilliseconds = 15_000

/** What is the same for all episodes of one round. */
export type CommonEvidence = Omit<Evidence, 'now' | 'isHealthy'>

export interface Observer {
  common(): Promise<CommonEvidence>
  isHealthy(policy: Policy): Promise<boolean | undefined>
}

interface ObserverOptions {
  readonly settings: Settings
  readonly storagePath: string
  readonly log: Log
  readonly clock: () => number
}

export function createObserver({ settings, storagePath, log, clock }: ObserverOptions): Observer {
  /** What cannot be learnt is undefined, and no guard lets that pass. */
  async function attempt<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      log.warn('evidence is lacking', { what, reason: explain(error) })
      return undefined
    }
  }
  return {
    async common() {
      const [isPausedByFile, alerts, announced, targetsUp, askedAt, age] = await Promise.all([
        exists(join(storagePath, 'paused')),
        attempt('alerts of Prometheus', () => readAlerts(settings)),
        attempt('alerts of Alertmanager', () => readAnnounced(settings)),
        attempt('targets', () => readTargets(settings)),
        attempt('times of the last probes', () => readTimes(settings)),
        attempt('age of samples', () => readAge(settings, clock)),
      ])
      const known = { isPausedByFile, alerts, announced, targetsUp, askedAt: askedAt ?? new Map() }
      return { ...known, ...(age ?? unknownAge) }
    },
    isHealthy: ({ name, healthy }) =>
      attempt(`health for ${name}`, async () => {
        if (healthy.query !== undefined) return (await query(settings, healthy.query)).length > 0
        return probe(settings, healthy.probe ?? '')
      }),
  }
}

/** The kill switch: anything but its certain absence counts as being there. */
export async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ENOENT')
  }
}

const labels = z.record(z.string(), z.string())

const prometheusAlerts = z.object({
  data: z.object({ alerts: z.array(z.object({ labels, state: z.enum(['pending', 'firing']) })) }),
})

async function readAlerts(settings: Settings): Promise<PrometheusAlert[]> {
  return prometheusAlerts.parse(await readPlace(settings.prometheus, '/api/v1/alerts', timeoutMilliseconds))
    .data.alerts
}

const announcedAlerts = z.array(
  z.object({
    fingerprint: z.string(),
    startsAt: z.string(),
    status: z.object({ state: z.string(), mutedBy: z.array(z.string()).nullish() }),
  }),
)

async function readAnnounced(settings: Settings): Promise<AnnouncedAlert[]> {
  const alerts = announcedAlerts.parse(
    await readPlace(settings.alertmanager, '/api/v2/alerts', timeoutMilliseconds),
  )
  return alerts.map(({ fingerprint, startsAt, status }) => ({
    fingerprint,
    startsAt: Date.parse(startsAt) / 1000,
    isSuppressed: status.state !== 'active' || (status.mutedBy ?? []).length > 0,
  }))
}

async function readTargets(settings: Settings): Promise<ReadonlyMap<string, boolean>> {
  const samples = await query(settings, 'min by (target) (watchpost_target_up)')
  return new Map(samples.map(({ metric, value }) => [metric['target'] ?? '', value === 1]))
}

async function readTimes(settings: Settings): Promise<ReadonlyMap<string, number>> {
  const samples = await query(settings, 'max by (target) (watchpost_target_last_probe_timestamp_seconds)')
  return new Map(samples.map(({ metric, value }) => [metric['target'] ?? '', value]))
}

type Age = Pick<Evidence, 'ageSeconds' | 'clockOffsetSeconds'>
const unknownAge: Age = { ageSeconds: undefined, clockOffsetSeconds: undefined }

async function readAge(settings: Settings, clock: () => number): Promise<Age> {
  const [sample] = await query(settings, 'time() - max(timestamp(watchpost_target_up))')
  if (!sample) throw new Error('Prometheus has no samples of the exporter')
  return { ageSeconds: sample.value, clockOffsetSeconds: clock() - sample.at }
}

const vector = z.object({
  data: z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: labels, value: z.tuple([z.number(), z.string()]) })),
  }),
})

interface QuerySample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: number
  /** By the clock of Prometheus, Unix seconds. */
  readonly at: number
}

async function query(settings: Settings, promql: string): Promise<QuerySample[]> {
  const path = `/api/v1/query?query=${encodeURIComponent(promql)}`
  const { result } = vector.parse(await readPlace(settings.prometheus, path, timeoutMilliseconds)).data
  return result.map(({ metric, value: [at, value] }) => ({ metric, value: Number(value), at }))
}

async function probe(settings: Settings, target: string): Promise<boolean> {
  const path = `/probe?target=${encodeURIComponent(target)}`
  const answer = await askPlace(settings.exporter, path, { milliseconds: probeTimeoutMilliseconds })
  const success = /^probe_success ([01])$/m.exec(answer.text)?.[1]
  if (answer.status !== 200 || success === undefined) throw new Error(describeAnswer(answer))
  return success === '1'
}
