// Loki does not run here: each key is held against a list of those that its reference documents.
import { readFile } from 'node:fs/promises'
import { join, matchesGlob } from 'node:path'
import { parser } from '@grafana/lezer-logql'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { allows } from '../test/harness/socket-proxy.ts'
import { uids } from '../grafana/links.ts'
import { createSchema } from '../exporter/src/config/schema.ts'
import { alertsOf, readRuleFiles } from '../prometheus/rules.ts'

const folder = import.meta.dirname
const { thresholds } = createSchema([]).parse({})
const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8')
const configuration = parse(await read('loki.yml')) as unknown
const compose = parse(await read('compose.yml'), { merge: true }) as Compose
const groups = (await readRuleFiles(join(folder, 'rules/watchpost'))).flatMap((file) => file.groups)
const alerts = alertsOf({ groups })

interface Service {
  readonly image?: string
  readonly user: string
  readonly read_only: boolean
  readonly cap_drop: readonly string[]
  readonly security_opt: readonly string[]
  readonly healthcheck: { readonly test: readonly string[] }
  readonly mem_limit: string
  readonly cpus: number
  readonly pids_limit: number
  readonly volumes: readonly string[]
  readonly networks: readonly string[]
  readonly ports?: readonly string[]
  readonly command: readonly string[]
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>
}

/** Without what is added to a service of docker-compose.yml. */
const services = Object.entries(compose.services).filter(([, { image }]) => image !== undefined)

describe('loki.yml', () => {
  const documented: Readonly<Record<string, string>> = {
    '': 'auth_enabled server common ingester schema_config compactor limits_config ruler analytics',
    server: 'http_listen_port http_server_write_timeout grpc_listen_address grpc_listen_port log_level',
    common: 'instance_addr path_prefix replication_factor ring storage',
    'common.ring': 'kvstore',
    'common.ring.kvstore': 'store',
    'common.storage': 'filesystem',
    'common.storage.filesystem': 'chunks_directory rules_directory',
    ingester: 'wal',
    'ingester.wal': 'disk_full_threshold',
    schema_config: 'configs',
    'schema_config.configs': 'from store object_store schema index',
    'schema_config.configs.index': 'prefix period',
    compactor:
      'working_directory compaction_interval retention_enabled delete_request_store retention_delete_delay',
    limits_config:
      'retention_period ingestion_rate_mb ingestion_burst_size_mb per_stream_rate_limit per_stream_rate_limit_burst max_global_streams_per_user max_label_names_per_series max_label_value_length max_line_size max_line_size_truncate reject_old_samples reject_old_samples_max_age max_query_length max_query_series max_query_parallelism max_entries_limit_per_query query_timeout discover_service_name discover_log_levels',
    ruler: 'storage rule_path alertmanager_url enable_alertmanager_v2 external_url ring',
    'ruler.storage': 'type local',
    'ruler.storage.local': 'directory',
    'ruler.ring': 'kvstore',
    'ruler.ring.kvstore': 'store',
    analytics: 'reporting_enabled',
  }

  test('has only keys that Loki documents, each in its place', () => {
    expect(strangers(configuration, '')).toEqual([])
  })

  function strangers(value: unknown, path: string): string[] {
    if (Array.isArray(value)) return value.flatMap((each) => strangers(each, path))
    if (typeof value !== 'object' || value === null) return []
    const known = (documented[path] ?? '').split(' ')
    return Object.entries(value).flatMap(([key, inner]) => {
      const place = path === '' ? key : `${path}.${key}`
      return [...(known.includes(key) ? [] : [place]), ...strangers(inner, place)]
    })
  }

  test('keeps logs thirty days and then deletes them, pages by the same Alertmanager, reports to nobody', () => {
    expect(configuration).toMatchObject({
      compactor: { retention_enabled: true, delete_request_store: 'filesystem' },
      limits_config: { retention_period: '720h', max_line_size_truncate: true },
      schema_config: {
        configs: [{ store: 'tsdb', object_store: 'filesystem', schema: 'v13', index: { period: '24h' } }],
      },
      ruler: {
        alertmanager_url: 'http://alertmanager:9093',
        enable_alertmanager_v2: true,
        storage: { type: 'local' },
      },
      analytics: { reporting_enabled: false },
    })
  })
})

test('an answer may take as long as its query: neither Loki nor Grafana hangs up before', async () => {
  const { server, limits_config: limits } = configuration as Record<string, Record<string, string>>
  const provisioned = parse(await read('../grafana/provisioning/datasources/datasources.yml')) as {
    readonly datasources: readonly {
      readonly type: string
      readonly jsonData: { readonly timeout?: number }
    }[]
  }
  const grafana = provisioned.datasources.find(({ type }) => type === 'loki')
  const longest = secondsOf(limits?.['query_timeout'])
  expect(secondsOf(server?.['http_server_write_timeout'])).toBeGreaterThan(longest)
  expect(grafana?.jsonData.timeout).toBeGreaterThan(longest)
})

function secondsOf(duration: string | undefined): number {
  const [, count, unit] = /^(\d+)([sm])$/.exec(duration ?? '') ?? []
  if (count === undefined) throw new Error(`expected seconds or minutes, got ${String(duration)}`)
  return Number(count) * (unit === 'm' ? 60 : 1)
}

describe('every alert on logs', () => {
  test('is LogQL', () => {
    const broken = alerts.filter(({ expr }) => hasError(expr))
    expect(alerts.length).toBeGreaterThan(0)
    expect(broken).toEqual([])
    expect(hasError('sum by (target (rate({a="b"}[5m]))')).toBe(true)
  })

  function hasError(expr: string): boolean {
    let found = false
    parser.parse(expr).iterate({
      enter: ({ type }) => {
        found ||= type.isError
      },
    })
    return found
  }

  test('is a warning, since whoever can write a log line can make it fire', () => {
    expect(alerts.filter(({ labels }) => labels['severity'] !== 'warning')).toEqual([])
  })

  test('says all that a message needs, in both languages', () => {
    const texts = ['summary', 'description', 'possible_causes', 'suggested_actions']
    const wanted = [...texts.flatMap((name) => [name, `${name}_zh`]), 'runbook_url', 'dashboard_url']
    for (const { annotations } of alerts) {
      expect(Object.keys(annotations).toSorted()).toEqual(wanted.toSorted())
      expect(annotations['summary']).toMatch(/^[A-Z][^{}]*\.$/)
      expect(annotations['summary_zh']).toMatch(/^[^{}]*\p{Script=Han}[^{}]*$/u)
      expect(annotations['dashboard_url']?.startsWith(`/d/${uids.logs}`)).toBe(true)
    }
  })

  test('has a runbook that its runbook_url leads to', () => {
    const links = alerts.map(({ alert, annotations }) => [alert, annotations['runbook_url']])
    // That the runbook is there, with its four parts, is held by the tests of Prometheus' rules.
    expect(links).toEqual(alerts.map(({ alert }) => [alert, `docs/alerts.md#${alert.toLowerCase()}`]))
  })
})

describe('the overlay', () => {
  test.each(services)('%s is hardened, limited, pinned and not root', (_, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      mem_limit: expect.stringMatching(/^\d+m$/) as unknown,
      cpus: expect.any(Number) as unknown,
      pids_limit: expect.any(Number) as unknown,
      healthcheck: { test: expect.arrayContaining(['CMD']) as unknown },
      image: expect.stringMatching(/:v?\d+\.\d+\.\d+$/) as unknown,
      user: expect.stringMatching(/^[1-9]\d*:/) as unknown,
    })
    expect(service.ports).toBeUndefined()
  })

  test('gives nobody a way out, and the socket to its proxy alone', () => {
    const own = Object.keys(compose.networks)
    expect(own.filter((name) => compose.networks[name]?.internal !== true)).toEqual([])
    const others = services.flatMap(([name, { networks }]) =>
      networks.filter((network) => !own.includes(network)).map((network) => [name, network]),
    )
    expect(others).toEqual([['loki', 'monitoring']])
    const holders = services.filter(([, { volumes }]) => volumes.join().includes('docker.sock'))
    expect(holders.map(([name]) => name)).toEqual(['log-socket-proxy'])
  })

  test('lets Prometheus scrape Loki where it is, by a file that prometheus.yml looks for', async () => {
    const { scrape_config_files: places } = parse(await read('../prometheus/prometheus.yml')) as Record<
      string,
      string[]
    >
    const [source, target, mode] = compose.services['prometheus']?.volumes[0]?.split(':') ?? []
    expect([source, mode]).toEqual(['./loki/prometheus.yml', 'ro'])
    expect(places?.some((place) => matchesGlob(target ?? '', place))).toBe(true)
    const { scrape_configs: jobs } = parse(await read('prometheus.yml')) as { scrape_configs: object[] }
    expect(jobs).toEqual([{ job_name: 'loki', static_configs: [{ targets: ['loki:3100'] }] }])
  })

  test('stops Loki before its disk is full, and before the alert on it fires for everybody', () => {
    const { disk_full_threshold: share } = (configuration as { ingester: { wal: Record<string, number> } })
      .ingester.wal
    expect(share).toBeLessThan(thresholds.disk)
  })

  test('lets through to the socket what Alloy asks, and nothing else', () => {
    const command = compose.services['log-socket-proxy']?.command ?? []
    expect(command.filter((word) => /^-allow(?:POST|PUT|DELETE|PATCH)/.test(word))).toEqual([])
    const passes = (path: string): boolean => allows(command, 'GET', path)
    const asked = ['/_ping', '/v1.51/containers/json', '/v1.51/networks', '/v1.51/containers/0a1b/logs']
    expect(asked.filter((path) => !passes(path))).toEqual([])
    const refused = [
      '/_ping/../v1.51/secrets',
      '/v1.51/containers/0a1b/archive',
      '/v1.51/secrets',
      '/v1.51/containers/../images/json',
      '/v1.51/images/v1.51/containers/json',
    ]
    expect(refused.filter(passes)).toEqual([])
  })
})
