// The compose stack under a name of its own, on free ports, with secrets of its own: it touches nothing of yours.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { createSecrets } from '../../scripts/secrets.ts'

const run = promisify(execFile)
const root = resolve(import.meta.dirname, '../..')

/** What `docker inspect` says of a container, as far as the tests look at it. */
export interface Container {
  readonly Config: { readonly User: string; readonly Labels: Readonly<Record<string, string>> }
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean
    readonly CapDrop: readonly string[] | null
    readonly SecurityOpt: readonly string[] | null
    readonly Memory: number
    readonly NanoCpus: number
    readonly PidsLimit: number | null
    readonly Privileged: boolean
  }
  readonly NetworkSettings: {
    readonly Ports: Readonly<Record<string, readonly { readonly HostIp: string }[] | null>>
  }
}

export interface Stack {
  compose(...words: readonly string[]): Promise<string>
  /** The same, however it ends. */
  attempt(...words: readonly string[]): Promise<{ readonly code: number; readonly output: string }>
  /** Where a service's port is on this machine, as a URL. */
  url(service: string, port: number): Promise<string>
  /** The running containers, by service. */
  containers(): Promise<ReadonlyMap<string, Container>>
  /** Removes everything and resolves to what is left of it, which should be nothing. */
  remove(): Promise<readonly string[]>
}

export interface StackOptions {
  readonly project: string
  readonly services: readonly string[]
  /** Files that are added to docker-compose.yml. */
  readonly overlays?: readonly string[]
  /** Settings as they would stand in .env, and inline secrets. */
  readonly settings: Readonly<Record<string, string>>
}

export async function startStack({
  project,
  services,
  overlays = [],
  settings,
}: StackOptions): Promise<Stack> {
  const secrets = await mkdtemp(join(tmpdir(), 'watchpost-secrets-'))
  await createSecrets(secrets, settings)
  const names = ['EXPORTER', 'PROMETHEUS', 'ALERTMANAGER', 'GRAFANA', 'VICTORIA_METRICS']
  const environment = {
    ...process.env,
    ...Object.fromEntries(names.map((name) => [`${name}_PORT`, '0'])),
    ...settings,
    SECRETS_DIRECTORY: secrets,
  }
  const files = ['docker-compose.yml', ...overlays, 'test/containers/compose.override.yml'].flatMap(
    (file) => ['--file', file],
  )
  const flags = [
    'compose',
    '--project-name',
    project,
    '--env-file',
    '/dev/null',
    ...files,
    '--profile',
    'demo',
  ]

  async function compose(...words: readonly string[]): Promise<string> {
    const options = { cwd: root, env: environment, maxBuffer: 64 * 1024 * 1024 }
    const { stdout } = await run('docker', [...flags, ...words], options)
    return stdout.trim()
  }

  async function attempt(...words: readonly string[]): Promise<{ code: number; output: string }> {
    try {
      return { code: 0, output: await compose(...words) }
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
      return { code, output: stdout + stderr }
    }
  }

  async function url(service: string, port: number): Promise<string> {
    return `http://${await compose('port', service, String(port))}`
  }

  async function containers(): Promise<ReadonlyMap<string, Container>> {
    const ids = await compose('ps', '--quiet')
    const { stdout } = await run('docker', ['inspect', ...ids.split('\n')])
    const found = JSON.parse(stdout) as readonly Container[]
    return new Map(
      found.map((container) => [container.Config.Labels['com.docker.compose.service'] ?? '', container]),
    )
  }

  async function remove(): Promise<readonly string[]> {
    await compose('down', '--volumes', '--remove-orphans', '--timeout', '10')
    await rm(secrets, { recursive: true })
    return leftovers(project)
  }

  try {
    await compose('up', '--detach', '--wait', '--wait-timeout', '300', ...services)
  } catch (error) {
    const logs = await compose('logs', '--no-color', '--tail', '20')
    await remove()
    throw new Error(`the stack did not come up:\n${logs}`, { cause: error })
  }
  return { compose, attempt, url, containers, remove }
}

/** The services that `docker compose` would start with these flags and no others. */
export async function servicesOf(flags: readonly string[]): Promise<ReadonlySet<string>> {
  const words = ['compose', '--env-file', '/dev/null', ...flags, 'config', '--services']
  const { stdout } = await run('docker', words, { cwd: root, env: { ...process.env, DOCKER_GID: '999' } })
  return new Set(stdout.trim().split('\n'))
}

async function leftovers(project: string): Promise<readonly string[]> {
  const label = `label=com.docker.compose.project=${project}`
  const kinds = [
    ['ps', '--all', '--quiet'],
    ['volume', 'ls', '--quiet'],
    ['network', 'ls', '--quiet'],
  ]
  const found = await Promise.all(kinds.map((words) => run('docker', [...words, '--filter', label])))
  return found.flatMap(({ stdout }) => stdout.split('\n').filter((line) => line !== ''))
}
