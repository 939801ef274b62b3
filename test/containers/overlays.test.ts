// The overlays beside docker-compose.yml, as Compose itself reads them.
import { execFile } from 'node:child_process'
import { access, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const run = promisify(execFile)
const root = resolve(import.meta.dirname, '../..')

interface Service {
  readonly command?: readonly string[] | null
  readonly environment?: Readonly<Record<string, string | null>>
  readonly extra_hosts?: readonly string[]
  readonly ports?: readonly {
    readonly host_ip?: string
    readonly target: number
    readonly protocol: string
  }[]
  readonly read_only?: boolean
  readonly mem_limit?: string
  readonly volumes?: readonly { readonly source: string; readonly target: string; readonly type: string }[]
}

type Services = Readonly<Record<string, Service>>

async function read(overlay: string, environment: Readonly<Record<string, string>> = {}): Promise<Services> {
  const files = ['docker-compose.yml', overlay].flatMap((file) => ['--file', file])
  const flags = ['compose', '--env-file', '/dev/null', ...files, 'config', '--format', 'json']
  const { stdout } = await run('docker', flags, { cwd: root, env: { ...process.env, ...environment } })
  return (JSON.parse(stdout) as { readonly services: Services }).services
}

/** Where Prometheus will find the others, by the addresses in its configuration. */
async function hostsIn(file: string): Promise<ReadonlySet<string>> {
  const text = await readFile(join(root, 'prometheus', file), 'utf8')
  const addresses = JSON.stringify(parse(text)).matchAll(/"(?:http:\/\/)?([a-z][\w-]*):\d+/g)
  return new Set([...addresses].map(([, host = '']) => host))
}

describe('the pair', () => {
  const machine = {
    WATCHPOST_REPLICA: 'a',
    HA_OTHER_REPLICA: 'b',
    HA_OWN_ADDRESS: '10.0.0.1',
    HA_ADDRESS_A: '10.0.0.1',
    HA_ADDRESS_B: '10.0.0.2',
  }

  test('refuses to start without the addresses of both machines', async () => {
    const { HA_ADDRESS_B: _, ...lacking } = machine
    await expect(read('ha/compose.yml', lacking)).rejects.toThrow(
      'HA_ADDRESS_B is missing a value: the address of the machine watchpost-b',
    )
  })

  test('Prometheus finds everybody whom its configuration names', async () => {
    const services = await read('ha/compose.yml', machine)
    const { command, extra_hosts: hosts = [], environment } = services['prometheus'] ?? {}
    expect(command).toContain('--config.file=/etc/prometheus/ha.yml')
    expect(environment).toMatchObject({ WATCHPOST_CLUSTER: 'watchpost', WATCHPOST_REPLICA: 'a' })
    const known = new Set([...Object.keys(services), ...hosts.map((host) => host.split(/[=:]/)[0])])
    expect([...(await hostsIn('ha.yml'))].filter((host) => !known.has(host))).toEqual([])
    expect(services['exporters']?.environment).toMatchObject({
      HA_OWN_EXPORTER: 'exporter:8007',
      HA_OTHER_EXPORTER: 'watchpost-b:8007',
    })
    expect(services['alertmanager']?.command).toContain('--cluster.peer=watchpost-b:9094')
  })

  test('what the other machine asks is published to it, and to nobody else', async () => {
    const services = await read('ha/compose.yml', machine)
    const published = Object.values(services).flatMap(({ ports = [] }) => ports)
    expect(new Set(published.map(({ host_ip: address }) => address))).toEqual(
      new Set(['127.0.0.1', '10.0.0.1']),
    )
    const shared = published.filter(({ host_ip: address }) => address === '10.0.0.1')
    const names = shared.map(({ target, protocol }) => `${target}/${protocol}`)
    expect(names.toSorted()).toEqual(['8007/tcp', '9090/tcp', '9093/tcp', '9094/tcp', '9094/udp'])
  })
})

describe('VictoriaMetrics', () => {
  test('Prometheus is an agent, and everybody asks VictoriaMetrics', async () => {
    const services = await read('victoria-metrics/compose.yml')
    expect(services['prometheus']?.command).toContain('--agent')
    expect(services['prometheus']?.command).toContain('--config.file=/etc/prometheus/remote-write.yml')
    const address = 'http://victoria-metrics:8428'
    for (const name of ['exporter', 'grafana']) {
      expect(services[name]?.environment).toMatchObject({ PROMETHEUS_URL: address })
    }
    const hosts = [...(await hostsIn('remote-write.yml'))]
    expect(hosts.filter((host) => host !== 'localhost' && services[host] === undefined)).toEqual([])
    expect(services['vmalert']?.command).toContain('-external.label=cluster=watchpost')
    expect(services['prometheus']?.environment).toMatchObject({ WATCHPOST_CLUSTER: 'watchpost' })
  })
})

test.each(['ha/compose.yml', 'victoria-metrics/compose.yml'])(
  '%s: what is added is confined, and mounts only what is there',
  async (overlay) => {
    const environment = { HA_ADDRESS_A: '1', HA_ADDRESS_B: '2', HA_OWN_ADDRESS: '127.0.0.1' }
    const named = { ...environment, HA_OTHER_REPLICA: 'b', WATCHPOST_REPLICA: 'a' }
    const base = await run('docker', ['compose', '--env-file', '/dev/null', 'config', '--services'], {
      cwd: root,
    })
    const services = await read(overlay, named)
    const added = Object.entries(services).filter(([name]) => !base.stdout.split('\n').includes(name))
    expect(added.length).toBeGreaterThan(0)
    expect(added.filter(([, one]) => one.read_only !== true || one.mem_limit === undefined)).toEqual([])
    const mounted = added.flatMap(([, { volumes = [] }]) => volumes.filter(({ type }) => type === 'bind'))
    for (const { source } of mounted) await access(source)
  },
)
