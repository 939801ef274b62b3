// Two machines that watch one fleet, as prometheus/ha.yml and ha/haproxy.cfg lay them out, on loopback.
import { join } from 'node:path'
import { requireProgram } from '../../demo/programs/find.ts'
import { freePort } from '../../demo/programs/ports.ts'
import { startProcess } from '../../demo/programs/process.ts'
import type { RunningProcess } from '../../demo/programs/process.ts'
import { startAlertmanager } from '../../demo/stack/alertmanager.ts'
import { startExporter } from '../../demo/stack/exporter.ts'
import { startPrometheus } from '../../demo/stack/prometheus.ts'

const replicas = ['a', 'b'] as const
export type Replica = (typeof replicas)[number]
const roles = ['exporter', 'proxy', 'prometheus', 'alertmanager', 'gossip'] as const
export type Role = Exclude<(typeof roles)[number], 'gossip'>

export interface PairOptions {
  readonly directory: string
  /** The exporters' configuration. */
  readonly config: string
  readonly webhookPort: number
  readonly scrapeIntervalSeconds: number
  /** How much faster rules run. */
  readonly pace: number
  /** Where both Prometheus hand on what they see. */
  readonly storeAddress: string
  /** How long the Alertmanager whose turn is second waits for the first. */
  readonly peerTimeoutSeconds: number
}

export interface Pair {
  readonly address: (role: Role, replica: Replica) => string
  readonly url: (role: Role, replica: Replica) => string
  /** At once, without a word to anybody. */
  readonly kill: (role: Role, replica: Replica) => Promise<void>
  readonly stop: () => Promise<void>
}

type Address = (role: (typeof roles)[number], replica: Replica) => string

export async function startPair(options: PairOptions): Promise<Pair> {
  const ports = new Map<string, number>()
  for (const replica of replicas) for (const role of roles) ports.set(`${role} ${replica}`, await freePort())
  const port = (role: (typeof roles)[number], replica: Replica): number =>
    ports.get(`${role} ${replica}`) ?? 0
  const address: Address = (role, replica) => `127.0.0.1:${port(role, replica)}`
  const running = new Map<string, RunningProcess>()
  const stop = async (): Promise<void> => {
    for (const program of [...running.values()].toReversed()) await program.stop()
  }
  try {
    for (const role of ['exporter', 'proxy', 'alertmanager', 'prometheus'] as const) {
      await Promise.all(
        replicas.map(async (replica) =>
          running.set(`${role} ${replica}`, await starters[role]({ options, replica, port, address })),
        ),
      )
    }
  } catch (error) {
    await stop()
    throw error
  }
  return {
    address,
    url: (role, replica) => `http://${address(role, replica)}`,
    async kill(role, replica) {
      const program = running.get(`${role} ${replica}`)
      if (!program) throw new Error(`expected ${role} ${replica} to run`)
      process.kill(program.pid, 'SIGKILL')
      await program.ended
    },
    stop,
  }
}

interface Start {
  readonly options: PairOptions
  readonly replica: Replica
  readonly port: (role: (typeof roles)[number], replica: Replica) => number
  readonly address: Address
}

const otherOf: Readonly<Record<Replica, Replica>> = { a: 'b', b: 'a' }
const log = (line: string): void => void process.stderr.write(`${line}\n`)

const starters: Readonly<Record<Role, (start: Start) => Promise<RunningProcess>>> = {
  exporter: ({ options, replica, port }) =>
    startExporter({
      directory: join(options.directory, `exporter-${replica}`),
      port: port('exporter', replica),
      config: options.config,
    }),

  async proxy({ replica, address }) {
    const { path } = await requireProgram('haproxy', { log })
    return startProcess({
      name: 'haproxy',
      command: path,
      arguments: ['-db', '-f', join(import.meta.dirname, '../../ha/haproxy.cfg')],
      environment: {
        HA_LISTEN: address('proxy', replica),
        HA_OWN_EXPORTER: address('exporter', replica),
        HA_OTHER_EXPORTER: address('exporter', otherOf[replica]),
      },
      readyUrl: `http://${address('proxy', replica)}/-/ready`,
    })
  },

  async alertmanager({ options, replica, port }) {
    return startAlertmanager({
      program: await requireProgram('alertmanager', { log }),
      directory: join(options.directory, `alertmanager-${replica}`),
      port: port('alertmanager', replica),
      environment: {
        ALERT_CHANNELS: 'webhook',
        ALERT_WEBHOOK_URL: `http://127.0.0.1:${options.webhookPort}/`,
        ALERT_GROUP_WAIT: '1s',
        ALERT_GROUP_INTERVAL: '2s',
      },
      cluster: {
        port: port('gossip', replica),
        peerPorts: [port('gossip', otherOf[replica])],
        peerTimeout: `${options.peerTimeoutSeconds}s`,
      },
    })
  },

  async prometheus({ options, replica, port, address }) {
    const shipped = replicas.flatMap((each) => [
      [`watchpost-${each}:8007`, address('exporter', each)] as const,
      [`watchpost-${each}:9090`, address('prometheus', each)] as const,
      [`watchpost-${each}:9093`, address('alertmanager', each)] as const,
    ])
    return startPrometheus({
      program: await requireProgram('prometheus', { log }),
      directory: join(options.directory, `prometheus-${replica}`),
      port: port('prometheus', replica),
      file: 'ha.yml',
      scrapeIntervalSeconds: options.scrapeIntervalSeconds,
      pace: options.pace,
      handsOn: true,
      addresses: new Map([
        ['exporters:8007', address('proxy', replica)],
        ['victoria-metrics:8428', options.storeAddress],
        ...shipped,
      ]),
      environment: { WATCHPOST_CLUSTER: 'test', WATCHPOST_REPLICA: replica },
    })
  },
}
