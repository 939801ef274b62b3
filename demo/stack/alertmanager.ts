// Alertmanager with the channels that the environment asks for, as in production.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeRendered } from '../../alertmanager/output.ts'
import { renderAlertmanager } from '../../alertmanager/render.ts'
import type { Program } from '../programs/find.ts'
import { startProcess } from '../programs/process.ts'
import type { RunningProcess } from '../programs/process.ts'
import { scaleDuration } from './time-scale.ts'

export interface AlertmanagerOptions {
  readonly program: Program
  readonly directory: string
  readonly port: number
  /** The ALERT_ variables. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** How much shorter than in docker-compose.yml it waits after a start; without it, it does not wait. */
  readonly factor?: number
  /** Its part in a cluster; without it there is none. */
  readonly cluster?: ClusterOptions
}

export interface ClusterOptions {
  readonly port: number
  readonly peerPorts: readonly number[]
  /** How long each waits for those before it to send. */
  readonly peerTimeout: string
}

export async function startAlertmanager(options: AlertmanagerOptions): Promise<RunningProcess> {
  const { directory, port } = options
  await mkdir(directory, { recursive: true })
  let problems = ''
  const output = { write: () => {}, writeError: (text: string) => void (problems += text) }
  const code = await writeRendered(directory, renderAlertmanager(options.environment), output)
  if (code !== 0) throw new Error(`alertmanager: ${problems.trim()}`)
  return startProcess({
    name: 'alertmanager',
    command: options.program.path,
    arguments: [
      `--config.file=${join(directory, 'alertmanager.yml')}`,
      `--storage.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--web.external-url=http://127.0.0.1:${port}`,
      ...restartFlags(options.factor),
      ...clusterFlags(options.cluster),
      '--enable-feature=receiver-name-in-metrics',
    ],
    // It takes some paths in its configuration from there, a webhook's url_file for one, and not from beside the file.
    workingDirectory: directory,
    readyUrl: `http://127.0.0.1:${port}/-/ready`,
  })
}

/** As docker-compose.yml has it: a start is no news, and nothing is sent before Prometheus has told all it knows. */
function restartFlags(factor: number | undefined): string[] {
  if (factor === undefined) return []
  const delay = scaleDuration('1m', factor)
  return [`--data.maintenance-interval=${delay}`, `--dispatch.start-delay=${delay}`]
}

function clusterFlags(cluster: ClusterOptions | undefined): string[] {
  // Empty: no cluster, so no port that listens beyond loopback.
  if (!cluster) return ['--cluster.listen-address=']
  return [
    `--cluster.listen-address=127.0.0.1:${cluster.port}`,
    `--cluster.peer-timeout=${cluster.peerTimeout}`,
    ...cluster.peerPorts.map((port) => `--cluster.peer=127.0.0.1:${port}`),
  ]
}
