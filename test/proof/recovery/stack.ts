// A real exporter, Prometheus and Alertmanager that watch what the proof breaks, and the recovery process itself.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { withDeathSignal } from '../../../demo/programs/death-signal.ts'
import { freePort } from '../../../demo/programs/ports.ts'
import { requireProgram } from '../../../demo/programs/find.ts'
import { startProcess } from '../../../demo/programs/process.ts'
import type { RunningProcess } from '../../../demo/programs/process.ts'
import { startAlertmanager } from '../../../demo/stack/alertmanager.ts'
import { startExporter } from '../../../demo/stack/exporter.ts'
import { waitFor } from '../../harness/wait.ts'
import { openRelay } from './relay.ts'
import type { Relay } from './relay.ts'

export const token = 'token-of-alertmanager'
export const controlToken = 'token-of-people'

export interface Stack {
  readonly directory: string
  readonly urls: Readonly<Record<'exporter' | 'prometheus' | 'alertmanager', string>>
  readonly relay: Relay
  stop(): Promise<void>
}

export async function startStack(directory: string, watchpost: object): Promise<Stack> {
  const log = (line: string): void => void process.stderr.write(`${line}\n`)
  const ports = {
    exporter: await freePort(),
    prometheus: await freePort(),
    alertmanager: await freePort(),
  }
  const relayPort = await freePort()
  const urls = Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [name, `http://127.0.0.1:${port}`]),
  ) as unknown as Stack['urls']
  const exporterDirectory = join(directory, 'exporter')
  await mkdir(exporterDirectory)
  await writeFile(join(directory, 'alertmanager-token'), token)
  await writeFile(join(directory, 'control-token'), controlToken)
  const processes = [
    await startExporter({
      directory: exporterDirectory,
      port: ports.exporter,
      config: stringify(watchpost),
    }),
    await startAlertmanager({
      program: await requireProgram('alertmanager', { log }),
      directory: join(directory, 'alertmanager'),
      port: ports.alertmanager,
      environment: {
        ALERT_CHANNELS: '',
        ALERT_RECOVERY_URL: `http://127.0.0.1:${relayPort}/v1/alerts`,
        ALERT_RECOVERY_TOKEN: token,
        ALERT_GROUP_WAIT: '1s',
      },
    }),
    await startPrometheus(directory, ports, log),
  ]
  const relay = await openRelay(relayPort)
  const stop = async (): Promise<void> => {
    for (const running of processes.toReversed()) await running.stop()
    await relay.close()
  }
  return { directory, urls, relay, stop }
}

async function startPrometheus(
  directory: string,
  ports: Readonly<Record<'exporter' | 'prometheus' | 'alertmanager', number>>,
  log: (line: string) => void,
): Promise<RunningProcess> {
  const place = (port: number) => [{ targets: [`127.0.0.1:${port}`] }]
  const rule = (alert: string, expr: string) => ({ alert, expr, for: '1s', labels: { severity: 'critical' } })
  await writeFile(
    join(directory, 'proof.rules.yml'),
    stringify({
      groups: [
        {
          name: 'proof',
          rules: [
            rule('ServiceDown', 'watchpost_target_up{kind="service"} == 0'),
            rule('DatabaseBlocked', 'watchpost_database_blocked_sessions > 0'),
          ],
        },
      ],
    }),
  )
  const file = join(directory, 'prometheus.yml')
  await writeFile(
    file,
    stringify({
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: ['proof.rules.yml'],
      alerting: { alertmanagers: [{ static_configs: place(ports.alertmanager) }] },
      scrape_configs: [{ job_name: 'watchpost', static_configs: place(ports.exporter) }],
    }),
  )
  return startProcess({
    name: 'prometheus',
    command: (await requireProgram('prometheus', { log })).path,
    arguments: [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(directory, 'prometheus')}`,
      `--web.listen-address=127.0.0.1:${ports.prometheus}`,
    ],
    readyUrl: `http://127.0.0.1:${ports.prometheus}/-/ready`,
  })
}

export interface JournalRecord {
  readonly type: string
  readonly at: number
  readonly episode?: string
  readonly attempt?: string
  readonly policy?: string
  readonly decision?: string
  readonly outcome?: string
  readonly result?: string
  readonly detail?: string | readonly string[]
}

export interface RunningRecovery {
  readonly url: string
  readonly storagePath: string
  /** What it has written down until now. */
  records(): Promise<readonly JournalRecord[]>
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>
}

const main = join(import.meta.dirname, '../../../recovery/src/main.ts')

/** With the same `name`, the one before goes on where it was. */
export async function startRecovery(stack: Stack, name: string, config: object): Promise<RunningRecovery> {
  const { directory, urls, relay } = stack
  const file = join(directory, `${name}.yml`)
  const storagePath = join(directory, name)
  const places = {
    token_file: join(directory, 'alertmanager-token'),
    control_token_file: join(directory, 'control-token'),
    prometheus: { url: urls.prometheus },
    alertmanager: { url: urls.alertmanager },
    exporter: { url: urls.exporter },
    interval: '500ms',
  }
  await writeFile(file, stringify({ ...places, ...config }))
  const listen = `127.0.0.1:${await freePort()}`
  const url = `http://${listen}`
  const [command, ...words] = withDeathSignal('KILL', [
    process.execPath,
    main,
    `--config.file=${file}`,
    `--web.listen-address=${listen}`,
    `--storage.path=${storagePath}`,
    '--log.level=warn',
  ])
  const child = spawn(command, words, { stdio: ['ignore', 'inherit', 'inherit'] })
  await waitFor('recovery listens', async () => {
    if (child.exitCode !== null) throw new Error(`recovery ended with ${child.exitCode}`)
    return (await fetch(`${url}/metrics`)).ok
  })
  relay.add(url)
  const kill = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    relay.remove(url)
    await end(child, signal)
  }
  return { url, storagePath, records: () => readRecords(storagePath), kill }
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill(signal)
  await once(child, 'exit')
}

async function readRecords(storagePath: string): Promise<readonly JournalRecord[]> {
  const text = await readFile(join(storagePath, 'journal-000001.jsonl'), 'utf8')
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as JournalRecord)
}
