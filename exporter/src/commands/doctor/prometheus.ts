// Whether Prometheus is there, scrapes this exporter, and judges what it gets.
import { z } from 'zod'
import { askUpstream, queryNow } from '../../upstream.ts'
import { finding, lookAt, well } from './check.ts'
import type { Check } from './check.ts'
import { checkClock } from './clock.ts'
import { judgeRules, rules } from './rules.ts'
import { judgeScrapes, targets } from './scrapes.ts'

function answer<T extends z.ZodType>(data: T) {
  return z.object({ status: z.literal('success'), data })
}

const build = answer(z.object({ version: z.string() }))
const runtime = z.object({ storageRetention: z.string(), reloadConfigSuccess: z.boolean() })
const alertmanagers = z.object({ activeAlertmanagers: z.array(z.object({ url: z.string() })) })

export function checkPrometheus(base: string, names: readonly string[]): Promise<readonly Check[]> {
  return lookAt('prometheus', `start it, or correct upstream.prometheus, ${base}`, async () => {
    const ask = async <T>(path: string, schema: z.ZodType<{ readonly data: T }>): Promise<T> =>
      (await askUpstream(base, { path }, schema)).data
    const { version } = await ask('/api/v1/status/buildinfo', build)
    const parts = await Promise.all(
      looks(base, names, ask).map(([subject, look]) => lookAt(subject, notAnswered, look)),
    )
    return [well('prometheus', `${version} at ${base}`), ...parts.flat()]
  })
}

const notAnswered = 'this Prometheus does not answer that question; look there by hand'

/** Each by itself: a program that only speaks Prometheus' language has not all of its API. */
function looks(
  base: string,
  names: readonly string[],
  ask: Ask,
): readonly (readonly [string, () => Promise<readonly Check[]>])[] {
  return [
    ['scraping', () => readScrapes(base, ask)],
    ['same fleet', async () => [await compareTargets(base, names)]],
    ['rules', async () => judgeRules(await ask('/api/v1/rules', answer(rules)))],
    ['alerting', async () => [judgeAlertmanagers(await ask('/api/v1/alertmanagers', answer(alertmanagers)))]],
    ['retention', async () => judgeRuntime(await ask('/api/v1/status/runtimeinfo', answer(runtime)))],
    ['deliveries', async () => [await checkDeliveries(base)]],
    ['persistence', async () => [await checkPersistence(base)]],
    ['clock of prometheus', async () => [await checkClock('prometheus', base)]],
  ]
}

type Ask = <T>(path: string, schema: z.ZodType<{ readonly data: T }>) => Promise<T>

async function readScrapes(base: string, ask: Ask): Promise<readonly Check[]> {
  const [{ activeTargets }, exporters] = await Promise.all([
    ask('/api/v1/targets?state=active', answer(targets)),
    // One that is down now has told who it is within the last hour.
    queryNow(base, 'last_over_time(watchpost_build_info[1h])'),
  ])
  const instances = new Set(exporters.map(({ labels }) => labels['instance']))
  const ours = activeTargets.filter(
    ({ labels }) => labels['job'] === 'watchpost' || instances.has(labels['instance']),
  )
  return judgeScrapes(ours, Date.now() / 1000)
}

async function compareTargets(base: string, names: readonly string[]): Promise<Check> {
  const known = new Set(
    (await queryNow(base, 'group by (target) (watchpost_target_status)')).map(
      ({ labels }) => labels['target'],
    ),
  )
  const unknown = names.filter((name) => !known.has(name))
  if (unknown.length === 0) return well('same fleet', 'Prometheus knows every target of this configuration')
  return finding(
    'same fleet',
    `Prometheus does not know ${unknown.join(', ')}`,
    'let the exporter that is scraped load this configuration: POST /-/reload, or read in its log why it refused it',
  )
}

function judgeAlertmanagers({
  activeAlertmanagers,
}: {
  activeAlertmanagers: readonly { url: string }[]
}): Check {
  if (activeAlertmanagers.length > 0) {
    return well('alerting', `Prometheus sends to ${activeAlertmanagers.map(({ url }) => url).join(', ')}`)
  }
  return finding(
    'alerting',
    'Prometheus has no Alertmanager to send alerts to',
    'name one under alerting.alertmanagers in prometheus.yml',
  )
}

const weekAndDaySeconds = 8 * 86_400
const unitSeconds: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
}

export function judgeRuntime(runtimeInfo: z.output<typeof runtime>): Check[] {
  const { storageRetention, reloadConfigSuccess } = runtimeInfo
  const spans = [...storageRetention.matchAll(/(\d+)([smhdwy])(?![a-z])/gi)]
  const seconds = spans.reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (unitSeconds[unit] ?? 0),
    0,
  )
  const isShort = seconds > 0 && seconds < weekAndDaySeconds
  return [
    isShort
      ? finding(
          'retention',
          `Prometheus keeps ${storageRetention}; reports and the bands of usual values need 8d`,
          'start it with --storage.tsdb.retention.time=30d',
        )
      : well('retention', `Prometheus keeps ${storageRetention}`),
    ...(reloadConfigSuccess
      ? []
      : [
          finding(
            'prometheus.yml',
            'the last reload failed, the configuration before it is in use',
            'promtool check config prometheus.yml',
          ),
        ]),
  ]
}

async function checkDeliveries(base: string): Promise<Check> {
  const failed = await queryNow(
    base,
    'sum by (integration) (increase(alertmanager_notifications_failed_total[1h])) > 0',
  )
  if (failed.length === 0) return well('deliveries', 'no message failed in the last hour')
  const channels = failed.map(({ labels }) => labels['integration']).join(', ')
  return finding(
    'deliveries',
    `messages failed in the last hour: ${channels}`,
    "read the reason in Alertmanager's log, mend the channel, then watchpost alerts test",
  )
}

async function checkPersistence(base: string): Promise<Check> {
  const lost = await queryNow(base, 'watchpost_state_persisted == 0')
  if (lost.length === 0) return well('persistence', 'what must outlive a restart of the exporter is on disk')
  return finding(
    'persistence',
    `not on disk: ${lost.map(({ labels }) => labels['collector']).join(', ')}`,
    'start serve with --storage.path on a disk that is kept and can be written',
  )
}
