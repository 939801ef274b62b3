// What was built for blackbox_exporter works on /probe: its usual scrape configuration, the queries of its
// dashboards and the alerts of its mixin, in a real Prometheus. And both page formats are taken by it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { requireProgram } from '../../demo/programs/find.ts'
import { freePort } from '../../demo/programs/ports.ts'
import { startProcess } from '../../demo/programs/process.ts'
import { queryPrometheus } from '../../demo/stack/query.ts'
import { createIdentity } from '../../demo/certificate.ts'
import { waitFor } from '../harness/wait.ts'

const stops: (() => unknown)[] = []
let prometheus: string
/** Our page and blackbox_exporter's for the same server. */
let pages: { readonly ours: string; readonly theirs: string }

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-compat-'))
  stops.push(() => rm(directory, { recursive: true }))
  const notAfter = new Date(Date.now() + 10 * 86_400_000)
  const identity = createIdentity({ name: 'localhost', hosts: ['localhost'], notAfter })
  const shop = createTlsServer(identity, (_request, response) => response.end('{"status":"healthy"}'))
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
  stops.push(() => shop.close())
  await writeFile(join(directory, 'ca.pem'), identity.cert)
  const services = [
    {
      name: 'shop',
      url: `https://localhost:${(shop.address() as AddressInfo).port}/`,
      tls: { ca_file: 'ca.pem' },
      ip_family: 4,
    },
    { name: 'closed', url: 'http://127.0.0.1:1/' },
  ]
  await writeFile(join(directory, 'watchpost.yml'), stringify({ services }))
  const exporterPort = await freePort()
  const exporter = await startProcess({
    name: 'exporter',
    command: process.execPath,
    arguments: [
      'exporter/src/main.ts',
      'serve',
      `--config.file=${directory}/watchpost.yml`,
      `--web.listen-address=127.0.0.1:${exporterPort}`,
    ],
    readyUrl: `http://127.0.0.1:${exporterPort}/-/ready`,
  })
  stops.push(() => exporter.stop())
  const target = encodeURIComponent(services[0]?.url ?? '')
  pages = {
    ours: `http://127.0.0.1:${exporterPort}/probe?target=shop`,
    theirs: `${await startBlackbox(directory)}/probe?module=https&target=${target}`,
  }
  await writeFile(join(directory, 'prometheus.yml'), stringify(prometheusConfig(`127.0.0.1:${exporterPort}`)))
  await writeFile(join(directory, 'mixin.yml'), stringify(mixin))
  const port = await freePort()
  prometheus = `http://127.0.0.1:${port}`
  const program = await requireProgram('prometheus', { log: () => {} })
  const running = await startProcess({
    name: 'prometheus',
    command: program.path,
    arguments: [
      `--config.file=${directory}/prometheus.yml`,
      `--storage.tsdb.path=${directory}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    readyUrl: `${prometheus}/-/ready`,
  })
  stops.push(() => running.stop())
  await waitFor('all targets were scraped twice', async () => {
    const [found] = await queryPrometheus(prometheus, 'count(count_over_time(up[1m]) >= 2)')
    return found?.value === 4
  })
})

afterAll(async () => {
  for (const stop of stops.toReversed()) await stop()
})

async function startBlackbox(directory: string): Promise<string> {
  const options = { preferred_ip_protocol: 'ip4', tls_config: { ca_file: join(directory, 'ca.pem') } }
  const modules = { https: { prober: 'http', http: options } }
  await writeFile(join(directory, 'blackbox.yml'), stringify({ modules }))
  const program = await requireProgram('blackbox_exporter', { log: () => {} })
  const url = `http://127.0.0.1:${await freePort()}`
  const running = await startProcess({
    name: 'blackbox_exporter',
    command: program.path,
    arguments: [`--config.file=${directory}/blackbox.yml`, `--web.listen-address=${new URL(url).host}`],
    readyUrl: `${url}/-/healthy`,
  })
  stops.push(() => running.stop())
  return url
}

/** As blackbox_exporter's README has it: the target becomes a parameter, and the instance label. */
function prometheusConfig(exporter: string): object {
  return {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: ['mixin.yml'],
    scrape_configs: [
      {
        job_name: 'blackbox-exporter',
        metrics_path: '/probe',
        params: { module: ['http_2xx'] },
        static_configs: [{ targets: ['shop', 'closed'] }],
        relabel_configs: [
          { source_labels: ['__address__'], target_label: '__param_target' },
          { source_labels: ['__param_target'], target_label: 'instance' },
          { target_label: '__address__', replacement: exporter },
        ],
      },
      {
        job_name: 'text',
        scrape_protocols: ['PrometheusText0.0.4'],
        static_configs: [{ targets: [exporter] }],
      },
      {
        job_name: 'openmetrics',
        scrape_protocols: ['OpenMetricsText1.0.0'],
        static_configs: [{ targets: [exporter] }],
      },
    ],
  }
}

/** In the shape of the blackbox mixin as it is usually installed: its selector, thresholds and texts. */
const selector = 'job="blackbox-exporter"'
const mixin = {
  groups: [
    {
      name: 'blackbox-exporter.rules',
      rules: [
        {
          alert: 'BlackboxProbeFailed',
          expr: `probe_success{${selector}} == 0\n`,
          for: '1m',
          labels: { severity: 'critical' },
          annotations: { description: 'The probe failed for the instance {{ $labels.instance }}.' },
        },
        {
          alert: 'BlackboxLowUptime30d',
          expr: `avg_over_time(probe_success{${selector}}[30d]) * 100 < 99.9\n`,
          labels: { severity: 'info' },
          annotations: { description: 'The probe has a lower uptime than 99.9% the last 30 days.' },
        },
        {
          alert: 'BlackboxSslCertificateWillExpireSoon',
          expr: `probe_ssl_earliest_cert_expiry{${selector}} - time() < 21 * 24 * 3600\n`,
          labels: { severity: 'warning' },
          annotations: { description: 'Actual time left: {{ $value | humanizeDuration }}.' },
        },
      ],
    },
  ],
}

test.each([
  ['probe_success{instance="shop"}', 1],
  ['probe_success{instance="closed"}', 0],
  ['probe_http_status_code{instance="shop"}', 200],
  ['probe_http_status_code{instance="closed"}', 0],
  ['probe_http_ssl{instance="shop"}', 1],
  ['probe_http_version{instance="shop"}', 1.1],
  ['probe_ip_protocol{instance="shop"}', 4],
  ['probe_http_redirects{instance="shop"}', 0],
  ['count(probe_http_duration_seconds{instance="shop"})', 5],
  ['count(sum by (phase) (probe_http_duration_seconds))', 5],
  ['probe_tls_version_info{instance="shop",version="TLS 1.3"}', 1],
  ['count(probe_ssl_last_chain_info{instance="shop"})', 1],
  ['floor((probe_ssl_earliest_cert_expiry{instance="shop"} - time()) / 86400)', 9],
  ['count(probe_duration_seconds > 0)', 2],
  ['count(probe_dns_lookup_time_seconds{instance="shop"} >= 0)', 1],
  // The panels of the usual dashboards, with their variables filled in.
  [`(count(probe_success{${selector}} == 1) OR vector(0)) / count(probe_success{${selector}})`, 0.5],
  [`count(probe_http_ssl{${selector}} == 1) / count(probe_http_version{${selector}})`, 1],
  [`max by (instance) (probe_http_status_code{${selector},instance=~"shop"})`, 200],
  [`max by (instance,version) (probe_tls_version_info{${selector},instance=~"shop"})`, 1],
  [`min by (instance) (probe_ssl_earliest_cert_expiry{${selector},instance=~"shop"}) > bool time()`, 1],
  [`count(sum by (instance) (avg by (phase,instance) (probe_http_duration_seconds{${selector}})))`, 2],
  [`avg(probe_duration_seconds{${selector}}) > bool 0`, 1],
  [`count(probe_timeout_seconds{${selector}} < 1)`, 2],
])('the query %s has an answer', async (query, value) => {
  expect(await queryPrometheus(prometheus, query)).toMatchObject([{ value }])
})

test('our own page has the dates, the trust and the version of TLS as well', async () => {
  const own = '{job="openmetrics",target="shop"}'
  expect(await queryPrometheus(prometheus, `watchpost_target_tls_verified${own}`)).toMatchObject([
    { value: 1 },
  ])
  expect(await queryPrometheus(prometheus, `watchpost_target_tls_version_info${own}`)).toMatchObject([
    { labels: { version: 'TLSv1.3' } },
  ])
})

test('each series of blackbox_exporter has its twin, with the same labels and, where it is a fact, the same value', async () => {
  const facts =
    /^probe_(?:success|http_(?:status_code|version|ssl|redirects|uncompressed_body_length)|ip_protocol|tls_\w+|ssl_\w+)/
  const series = async (url: string): Promise<Map<string, string>> => {
    const page = await (await fetch(url)).text()
    const lines = page.split('\n').filter((line) => line.startsWith('probe_'))
    return new Map(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' '))]),
    )
  }
  const [ours, theirs] = [await series(pages.ours), await series(pages.theirs)]
  expect(theirs.get('probe_success')).toBe(' 1')
  expect([...theirs.keys()].filter((key) => !ours.has(key))).toEqual([])
  const differing = [...theirs].filter(
    ([key, value]) => facts.test(key) && Number(ours.get(key)) !== Number(value),
  )
  expect(differing).toEqual([])
})

test('the alerts of the mixin fire for what they are for', async () => {
  // The first of them is pending for a minute, as the mixin has it.
  const firing = await waitFor('the alerts are there', async () => {
    const found = await queryPrometheus(prometheus, 'ALERTS')
    return found.length >= 3 && found
  })
  expect(
    firing
      .map(({ labels }) => `${labels['alertname']} ${labels['instance']} ${labels['alertstate']}`)
      .toSorted(),
  ).toEqual([
    'BlackboxLowUptime30d closed firing',
    'BlackboxProbeFailed closed pending',
    'BlackboxSslCertificateWillExpireSoon shop firing',
  ])
})

test('Prometheus takes the page in both formats, with the same series', async () => {
  const series = async (job: string): Promise<unknown> =>
    (await queryPrometheus(prometheus, `count by (__name__) ({job="${job}",__name__=~"watchpost_.+"})`))
      .map(({ labels, value }) => `${labels['__name__']} ${value}`)
      .toSorted()
  expect(await series('openmetrics')).toEqual(await series('text'))
  expect(await queryPrometheus(prometheus, 'count(up == 1)')).toMatchObject([{ value: 4 }])
})
