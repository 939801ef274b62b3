// An agent hands the same samples to VictoriaMetrics and to a Prometheus: what the rules and the dashboards make of
// them there is compared with what they make of them here.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderConfig } from '../../demo/config.ts'
import { startFleet } from '../../demo/fleet.ts'
import type { Fleet } from '../../demo/fleet.ts'
import { requireProgram } from '../../demo/programs/find.ts'
import { freePort } from '../../demo/programs/ports.ts'
import type { RunningProcess } from '../../demo/programs/process.ts'
import { startAlertmanager } from '../../demo/stack/alertmanager.ts'
import { startExporter } from '../../demo/stack/exporter.ts'
import { startPrometheus } from '../../demo/stack/prometheus.ts'
import { queryPrometheus } from '../../demo/stack/query.ts'
import { alertsOf, readRuleFiles } from '../../prometheus/rules.ts'
import { interpolate } from '../../grafana/interpolation.ts'
import { listQuestions } from '../harness/questions.ts'
import { scrapeSeconds, startTwinPast } from '../harness/twin-past.ts'
import type { TwinPast, TwinPastOptions } from '../harness/twin-past.ts'
import {
  differences,
  problemOf,
  questionsOfRules,
  steadyTolerance,
  unsteadyTolerance,
} from '../harness/victoria-answers.ts'
import { startPart } from '../harness/victoria-metrics.ts'
import { waitFor } from '../harness/wait.ts'
import { startWebhook } from '../harness/webhook.ts'
import type { ReceivedAlert, Webhook } from '../harness/webhook.ts'

const scrapeIntervalSeconds = 2
/** How much faster rules run. */
const pace = 10
const factor = 1 / pace
const parts = [
  'exporter',
  'agent',
  'twin',
  'prometheus',
  'alertmanager',
  'victoria',
  'pair',
  'vmalert',
] as const

const running: RunningProcess[] = []
let directory: string
let fleet: Fleet
let webhook: Webhook
let port: Readonly<Record<(typeof parts)[number], number>>
const address = (part: (typeof parts)[number]): string => `127.0.0.1:${port[part]}`
const url = (part: (typeof parts)[number]): string => `http://${address(part)}`

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-victoria-'))
  const ports = await Promise.all(parts.map(async (part) => [part, await freePort()] as const))
  port = Object.fromEntries(ports) as typeof port
  webhook = await startWebhook()
  const [started] = await Promise.all([
    startFleet({ ports: 'ephemeral', dataDirectory: join(directory, 'fleet'), speed: 1 }),
    startStores(),
  ])
  fleet = started
  const config = renderConfig(fleet)
  running.push(await startExporter({ directory: join(directory, 'exporter'), port: port.exporter, config }))
  await startAgent('a', ['victoria', 'prometheus', 'pair'])
  await startAgent('b', ['pair'])
  await startRules()
  // Rules that look back see the same past only if both began before the fault.
  for (const store of ['prometheus', 'victoria'] as const) {
    const level = 'target_signal:watchpost_anomaly_level:avg5m{target="analyze_api"}'
    await waitFor('the rules of both', async () => (await queryPrometheus(url(store), level)).length > 0, 60)
  }
  await fleet.break('ohlc_api', 'down')
})
afterAll(async () => {
  for (const program of running.toReversed()) await program.stop()
  await fleet.stop()
  await webhook.close()
  await rm(directory, { recursive: true })
})

/** A Prometheus that scrapes nothing and takes what the agent hands on, with the same rules; and VictoriaMetrics. */
async function startStores(): Promise<void> {
  const program = await requireProgram('prometheus', { log: () => {} })
  const prometheus = await startPrometheus({
    program,
    directory: join(directory, 'prometheus'),
    port: port.prometheus,
    scrapeIntervalSeconds,
    pace,
    addresses: new Map(),
    flags: ['--web.enable-remote-write-receiver'],
  })
  const replacements = new Map([
    ['/storage', join(directory, 'storage')],
    ['http://vmalert:8880', url('vmalert')],
  ])
  const victoria = await startPart('victoria-metrics', { port: port.victoria, factor, replacements })
  // What a pair writes to: one sample of each interval is kept.
  const pair = await startPart('victoria-metrics', {
    port: port.pair,
    factor,
    replacements: new Map([
      ['/storage', join(directory, 'pair')],
      ['dedup.minScrapeInterval=0s', `dedup.minScrapeInterval=${scrapeIntervalSeconds}s`],
    ]),
  })
  running.push(prometheus, victoria, pair)
}

/** Agents scrape one exporter; two of them are a pair. */
async function startAgent(replica: 'a' | 'b', stores: readonly (typeof parts)[number][]): Promise<void> {
  const own = replica === 'a' ? 'agent' : 'twin'
  const agent = await startPrometheus({
    program: await requireProgram('prometheus', { log: () => {} }),
    directory: join(directory, own),
    port: port[own],
    file: 'remote-write.yml',
    isAgent: true,
    scrapeIntervalSeconds,
    pace,
    addresses: new Map<string, string | readonly string[]>([
      ['exporter:8007', address('exporter')],
      ['victoria-metrics:8428', stores.map(address)],
    ]),
    environment: { WATCHPOST_CLUSTER: 'test', WATCHPOST_REPLICA: replica },
  })
  running.push(agent)
}

async function startRules(): Promise<void> {
  const alertmanager = await startAlertmanager({
    program: await requireProgram('alertmanager', { log: () => {} }),
    directory: join(directory, 'alertmanager'),
    port: port.alertmanager,
    environment: {
      ALERT_CHANNELS: 'webhook',
      ALERT_WEBHOOK_URL: `http://127.0.0.1:${webhook.port}/`,
      ALERT_GROUP_WAIT: '1s',
    },
  })
  const replacements = new Map([
    ['/etc/prometheus/rules', join(directory, 'prometheus/rules')],
    ['http://victoria-metrics:8428', url('victoria')],
    ['http://alertmanager:9093', url('alertmanager')],
    ['cluster=watchpost', 'cluster=test'],
  ])
  running.push(alertmanager, await startPart('vmalert', { port: port.vmalert, factor, replacements }))
}

interface Alert {
  readonly state: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/**
 * They look at what counters have grown by, and those of the test have just begun: to VictoriaMetrics from 0. What they
 * make of counters that are older is compared below.
 */
const ruleFiles = await readRuleFiles('prometheus/rules')
const ofCounters = /\b(?:rate|increase)\(/
const young = new Set(
  ruleFiles.flatMap(alertsOf).flatMap(({ alert, expr }) => (ofCounters.test(expr) ? [alert] : [])),
)
const isComparable = (labels: Readonly<Record<string, string>>): boolean =>
  !young.has(labels['alertname'] ?? '')

/** VictoriaMetrics hands the question on to vmalert. */
async function firing(store: 'prometheus' | 'victoria'): Promise<readonly Alert[]> {
  const response = await fetch(`${url(store)}/api/v1/alerts`)
  const { data } = (await response.json()) as { data: { alerts: readonly Alert[] } }
  return data.alerts.filter(({ state, labels }) => state === 'firing' && isComparable(labels))
}

/** Prometheus adds its external labels only on the way out, vmalert before. */
function named({ labels }: Pick<Alert, 'labels'>): string {
  const own = Object.entries(labels).filter(([name]) => name !== 'cluster')
  return JSON.stringify(own.toSorted(([one], [other]) => one.localeCompare(other)))
}

describe('vmalert', () => {
  test('fires the same alerts as Prometheus, with the same texts', async () => {
    await waitFor(
      'the same alerts',
      async () => {
        const [here, there] = await Promise.all([firing('prometheus'), firing('victoria')])
        expect(here.map(({ labels }) => labels['alertname'])).toContain('ServiceDown')
        expect(here.map(({ labels }) => labels['alertname'])).toContain('ServiceImpacted')
        expect(there.map(named).toSorted()).toEqual(here.map(named).toSorted())
        const texts = (alerts: readonly Alert[]) =>
          alerts.find(({ labels }) => labels['alertname'] === 'ServiceDown')
        expect(texts(there)?.annotations).toEqual(texts(here)?.annotations)
        return true
      },
      90,
    )
  }, 100_000)

  test('sends them on: the page has the text that it always has', async () => {
    const isPage = ({ labels }: ReceivedAlert): boolean =>
      labels['alertname'] === 'ServiceDown' && labels['target'] === 'ohlc_api'
    const page = await waitFor('the page', () => webhook.alerts.find(isPage))
    expect(webhook.alerts.filter(isPage)).toHaveLength(1)
    expect(page.labels).toEqual({
      alertname: 'ServiceDown',
      cluster: 'test',
      kind: 'service',
      severity: 'critical',
      target: 'ohlc_api',
    })
    expect(page.annotations['description']).toMatch(/^ohlc_api fails its probes \(reason: connect\)\./)
  })

  test('evaluates every rule', async () => {
    const response = await fetch(`${url('victoria')}/api/v1/rules`)
    const { data } = (await response.json()) as {
      data: { groups: readonly { rules: readonly { name: string; lastError: string }[] }[] }
    }
    const rules = data.groups.flatMap((group) => group.rules)
    expect(rules.length).toBeGreaterThan(150)
    expect(
      rules.filter(({ lastError }) => lastError !== '').map(({ name, lastError }) => [name, lastError]),
    ).toEqual([])
  })
})

test('has each sample that was scraped, to the ninth digit', async () => {
  // Those of rules are recorded by each at moments of its own.
  const scraped = '{__name__=~".+", __name__!~".*:.*|ALERTS.*|watchpost_alert_info", job!=""}'
  await waitFor('the same samples', async () => {
    // Late enough for all to have arrived.
    const now = Math.floor(Date.now() / 1000) - 3 * scrapeIntervalSeconds
    const [here, there] = await Promise.all(
      (['prometheus', 'victoria'] as const).map((store) => askAt(url(store), scraped, now)),
    )
    expect(here?.size).toBeGreaterThan(1000)
    // What is no number, VictoriaMetrics leaves out.
    const numbers = new Map(here?.entries().filter(([, value]) => !Number.isNaN(value)))
    expect(problemOf(numbers, there ?? new Map(), 1e-9)).toBeUndefined()
    return true
  })
})

/** The values by labels. */
async function askAt(store: string, expr: string, time: number): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(`${store}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query: expr, time: String(time) }),
  })
  const { data, error } = (await response.json()) as Body
  if (data === undefined) throw new Error(`${store}: ${expr}: ${error}`)
  if (data.resultType === 'scalar') return new Map([[named({ labels: {} }), Number(data.result[1])]])
  // Functions that leave the name are told from those that take it by `__name__` in the question alone.
  const keep = expr.includes('__name__')
  const key = ({ __name__: name = '', ...labels }: Readonly<Record<string, string>>): string =>
    (keep ? name : '') + named({ labels })
  return new Map(data.result.map(({ metric, value }) => [key(metric), Number(value[1])]))
}

type Body =
  | { readonly data?: undefined; readonly error: string }
  | {
      readonly error?: undefined
      readonly data:
        | { readonly resultType: 'scalar'; readonly result: readonly [number, string] }
        | {
            readonly resultType: 'vector'
            readonly result: readonly {
              readonly metric: Readonly<Record<string, string>>
              readonly value: readonly [number, string]
            }[]
          }
    }

describe('of the same past', () => {
  let questions: readonly { readonly place: string; readonly expr: string }[]
  let past: TwinPast
  beforeAll(async () => {
    const scope = { rangeSeconds: 3600, intervalSeconds: 60, scrapeIntervalSeconds: scrapeSeconds }
    const ofDashboards = (await listQuestions(url('prometheus'))).map(({ place, query, variables }) => ({
      place,
      expr: interpolate(query.expr, { ...scope, variables }),
    }))
    const all = [...ofDashboards, ...questionsOfRules(ruleFiles)]
    questions = [...new Map(all.map((question) => [question.expr, question])).values()]
    past = await startTwinPast({
      liveUrl: url('prometheus'),
      victoriaUrl: url('pair'),
      expressions: questions.map(({ expr }) => expr),
      more: Object.assign({}, ...differences.map(({ samples }) => samples)) as TwinPastOptions['more'],
    })
    return () => past.close()
  })

  const ask = (expr: string, time: number) =>
    Promise.all([askAt(past.prometheusUrl, expr, time), askAt(url('pair'), expr, time)])

  test.each([
    ['of counters that grow steadily', 'steadyEnd', steadyTolerance],
    ['of counters that grow by fits and starts', 'unsteadyEnd', unsteadyTolerance],
  ] as const)(
    'every question of a dashboard or a rule has the same answer, %s',
    async (_, end, tolerance) => {
      // With the last sample, and between two.
      for (const time of [past[end], past[end] - 7]) {
        const answers = await Promise.all(
          questions.map(async (question) => ({ ...question, found: await ask(question.expr, time) })),
        )
        const problems = answers.flatMap(({ place, expr, found: [here, there] }) => {
          const problem = problemOf(here, there, tolerance(expr))
          return problem === undefined ? [] : [`${place}: ${problem}\n  ${expr}`]
        })
        expect(problems.join('\n')).toBe('')
        expect(answers.filter(({ found: [here] }) => here.size > 0).length).toBeGreaterThan(300)
      }
    },
    90_000,
  )

  test.each(differences)('$what: $expr', async ({ expr, prometheus, victoria }) => {
    const [here, there] = await ask(expr, past.steadyEnd)
    expect([...here.values()]).toEqual(prometheus)
    expect([...there.values()]).toEqual(victoria)
  })
})

test('of a pair one sample of each interval is kept, under one name', async () => {
  await waitFor('as many as of one', async () => {
    const [{ value: targets } = { value: 0 }] = await queryPrometheus(
      url('victoria'),
      'count(count by (target) (watchpost_target_up))',
    )
    for (const store of ['victoria', 'pair'] as const) {
      const [series] = await queryPrometheus(url(store), 'count(watchpost_target_up)')
      expect(series?.value).toBe(targets)
      // Two agents give twenty in twenty seconds, and one gives ten; an edge may be in or out.
      const [samples] = await queryPrometheus(url(store), 'count_over_time(up{job="watchpost"}[20s])')
      expect(samples?.value).toBeGreaterThanOrEqual(8)
      expect(samples?.value).toBeLessThanOrEqual(11)
      expect(samples?.labels).not.toHaveProperty('replica')
    }
    return true
  })
})
