// What was built for blackbox_exporter works on /probe: its usual scrape configuration, the queries of its
// dashboards and the alerts of its mixin, in a real Prometheus. And both page formats are taken by it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { requireProgram } from '../demo/programs/find.ts'
import { freePort } from '../demo/programs/ports.ts'
import { startProcess } from '../demo/programs/process.ts'
import { queryPrometheus } from '../demo/stack/query.ts'
import { createIdentity } from '../demo/certificate.ts'
import { waitFor } from './harness/wait.ts'

const stops: (() => unknown)[] = []
let prometheus: string

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-compat-'))
  stops.push(() => rm(directory, { recursive: true }))
  const identity = createIdentity({ name: 'localhost', hosts: ['localhost'] })
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

/** As blackbox_exporter's README has it: the target becomes a parameter, and the instance label. */
function prometheusConfig(exporter: string): object {
  return {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: ['mixin.yml'],
    scrape_configs: [
      {
        job_name: 'blackbox',
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

const mixin = {
  groups: [
    {
      name: 'blackbox-exporter',
      rules: [
        { alert: 'BlackboxProbeFailed', expr: 'probe_success == 0', labels: { severity: 'critical' } },
        {
          alert: 'BlackboxLowUptime30d',
          expr: 'avg_over_time(probe_success[30d]) * 100 < 99.9',
          labels: { severity: 'info' },
        },
        {
          alert: 'BlackboxSslCertificateWillExpireSoon',
          expr: 'probe_ssl_earliest_cert_expiry - time() < 90 * 24 * 3600',
          labels: { severity: 'warning' },
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
  ['count(probe_tls_version_info{instance="shop"})', 1],
  ['count(probe_ssl_last_chain_info{instance="shop"})', 1],
  ['floor((probe_ssl_earliest_cert_expiry{instance="shop"} - time()) / 86400)', 29],
  ['count(probe_duration_seconds > 0)', 2],
  ['count(probe_dns_lookup_time_seconds{instance="shop"} >= 0)', 1],
])('the query %s has an answer', async (query, value) => {
  expect(await queryPrometheus(prometheus, query)).toMatchObject([{ value }])
})

test('the alerts of the mixin fire for what they are for', async () => {
  const firing = await waitFor('the alerts fire', async () => {
    const found = await queryPrometheus(prometheus, 'ALERTS{alertstate="firing"}')
    return found.length >= 3 && found
  })
  expect(firing.map(({ labels }) => `${labels['alertname']} ${labels['instance']}`).toSorted()).toEqual([
    'BlackboxLowUptime30d closed',
    'BlackboxProbeFailed closed',
    'BlackboxSslCertificateWillExpireSoon shop',
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
