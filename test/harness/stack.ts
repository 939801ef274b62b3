// The stack of `npm start` on free ports, with somebody whom its alerts reach.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Fleet } from '../../demo/fleet.ts'
import { choosePorts } from '../../demo/preflight.ts'
import { requireProgram } from '../../demo/programs/find.ts'
import { freePort } from '../../demo/programs/ports.ts'
import { queryPrometheus } from '../../demo/stack/query.ts'
import type { Sample } from '../../demo/stack/query.ts'
import type { RecoveryMode } from '../../demo/stack/recovery.ts'
import { startStack as startDemoStack } from '../../demo/stack/stack.ts'
import type { RunningRecovery, StackOptions } from '../../demo/stack/stack.ts'
import { waitFor } from './wait.ts'
import { startWebhook } from './webhook.ts'
import type { Webhook } from './webhook.ts'

export interface TestStackOptions {
  /** The exporter's configuration; that of the whole fleet where it is left out. */
  readonly config?: (fleet: Fleet) => string
  /** Rules run faster in proportion: with 2, what waits a minute in production waits 8 s. */
  readonly scrapeIntervalSeconds?: number
  /** How much faster than in production rules run, where that is not to follow from the scrapes. */
  readonly pace?: number
  readonly fleet?: StackOptions['fleet']
  /** Without it nothing acts on a fault. */
  readonly recovery?: RecoveryMode
  /** Further ALERT_ variables. */
  readonly alerting?: Readonly<Record<string, string>>
}

export interface TestStack {
  readonly fleet: Fleet
  readonly urls: Readonly<Record<'exporter' | 'prometheus' | 'alertmanager', string>>
  readonly webhook: Webhook
  readonly recovery: RunningRecovery | undefined
  readonly query: (promql: string) => Promise<readonly Sample[]>
  readonly waitFor: typeof waitFor
  readonly stop: () => Promise<void>
}

export async function startStack(options: TestStackOptions = {}): Promise<TestStack> {
  const { config, pace, fleet: given, scrapeIntervalSeconds = 2 } = options
  const log = (line: string): void => void process.stderr.write(`${line}\n`)
  const [prometheus, alertmanager] = await Promise.all([
    requireProgram('prometheus', { log }),
    requireProgram('alertmanager', { log }),
  ])
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-stack-'))
  const webhook = await startWebhook()
  const release = async (): Promise<void> => {
    await webhook.close()
    await rm(directory, { recursive: true, force: true })
  }
  try {
    const stack = await startDemoStack({
      directory,
      ports: await choosePorts({ exporter: 0, prometheus: 0, alertmanager: 0, grafana: 0 }),
      fleetPorts: 'ephemeral',
      programs: { prometheus, alertmanager },
      scrapeIntervalSeconds,
      recovery: options.recovery && { mode: options.recovery, port: await freePort() },
      alerting: {
        ALERT_CHANNELS: 'webhook',
        ALERT_WEBHOOK_URL: `http://127.0.0.1:${webhook.port}/`,
        ALERT_GROUP_WAIT: '1s',
        ALERT_GROUP_INTERVAL: '2s',
        ...options.alerting,
      },
      ...(config ? { config } : {}),
      ...(pace === undefined ? {} : { pace }),
      ...(given ? { fleet: given } : {}),
    })
    const { fleet, urls } = stack
    const url = (part: 'exporter' | 'prometheus' | 'alertmanager'): string => urls[part] ?? ''
    return {
      fleet,
      urls: { exporter: url('exporter'), prometheus: url('prometheus'), alertmanager: url('alertmanager') },
      webhook,
      recovery: stack.recovery,
      query: (promql) => queryPrometheus(url('prometheus'), promql),
      waitFor,
      stop: async () => {
        await stack.stop()
        await release()
      },
    }
  } catch (error) {
    await release()
    throw error
  }
}
