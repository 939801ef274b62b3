// The Docker Engine API, read only: over its socket, or over HTTP by way of a proxy that lets only reading through.
import type { Dispatcher } from 'undici'
import { loadHttpClient } from '../../packages.ts'
import { readLogLines } from './log.ts'

export interface Docker {
  /** The containers, also those that have stopped. */
  list(signal: AbortSignal): Promise<readonly ListedContainer[]>
  inspect(id: string, signal: AbortSignal): Promise<InspectedContainer>
  /** What it uses now; only running containers have any. */
  stats(id: string, signal: AbortSignal): Promise<ContainerStats>
  /** The names of containers in which the kernel killed for want of memory, once for each kill. */
  oomKills(since: number, until: number, signal: AbortSignal): Promise<readonly string[]>
  /** The last lines of its log, without times; what is beyond the limit is left out. */
  logs(id: string, lines: number, signal: AbortSignal): Promise<readonly string[]>
  close(): Promise<void>
}

export interface ListedContainer {
  readonly Id: string
  readonly Names?: readonly string[]
  readonly Image?: string
  readonly State?: string
  readonly Labels?: Readonly<Record<string, string>>
}

export interface InspectedContainer {
  readonly RestartCount?: number
  readonly State?: {
    readonly Status?: string
    readonly OOMKilled?: boolean
    readonly ExitCode?: number
    readonly StartedAt?: string
    readonly Health?: { readonly Status?: string }
  }
  readonly HostConfig?: { readonly Memory?: number; readonly NanoCpus?: number }
}

export interface ContainerStats {
  readonly cpu_stats?: {
    readonly cpu_usage?: { readonly total_usage?: number }
    readonly online_cpus?: number
  }
  readonly memory_stats?: {
    readonly usage?: number
    readonly limit?: number
    readonly stats?: { readonly inactive_file?: number; readonly total_inactive_file?: number }
  }
}

/** What we were written against. Engines that are older are asked in their own version, newer ones in this one. */
const wantedVersion = '1.47'
const maxBytes = 8 * 1024 * 1024
const maxLogBytes = 1024 * 1024

export function openDocker(address: string): Docker {
  const socketPath = address.startsWith('unix://') ? address.slice('unix://'.length) : undefined
  const { Agent } = loadHttpClient()
  const dispatcher = new Agent({
    ...(socketPath !== undefined && { connect: { socketPath } }),
    connections: 4,
  })
  const origin = socketPath === undefined ? address.replace(/\/$/, '') : 'http://docker'
  let version: string | undefined

  async function ask<T>(path: string, signal: AbortSignal): Promise<T> {
    version ??= await negotiate({ dispatcher, origin }, signal)
    try {
      return (await getJson({ dispatcher, origin }, `/v${version}${path}`, signal)) as T
    } catch (error) {
      // The engine may have been replaced by another: its version is asked for again.
      version = undefined
      throw error
    }
  }
  const filter = (filters: object): string => encodeURIComponent(JSON.stringify(filters))
  return {
    list: (signal) => ask('/containers/json?all=1', signal),
    inspect: (id, signal) => ask(`/containers/${encodeURIComponent(id)}/json`, signal),
    stats: (id, signal) =>
      ask(`/containers/${encodeURIComponent(id)}/stats?stream=false&one-shot=true`, signal),
    async oomKills(since, until, signal) {
      const filters = filter({ type: ['container'], event: ['oom'] })
      version ??= await negotiate({ dispatcher, origin }, signal)
      const path = `/v${version}/events?since=${since.toFixed(9)}&until=${until.toFixed(9)}&filters=${filters}`
      const lines = (await getText({ dispatcher, origin }, path, signal))
        .split('\n')
        .filter((line) => line !== '')
      return lines.flatMap((line) => (JSON.parse(line) as OomEvent).Actor?.Attributes?.['name'] ?? [])
    },
    async logs(id, lines, signal) {
      version ??= await negotiate({ dispatcher, origin }, signal)
      const path = `/v${version}/containers/${encodeURIComponent(id)}/logs?stdout=1&stderr=1&tail=${lines}`
      return readLogLines(await getStart({ dispatcher, origin }, path, signal)).slice(-lines)
    },
    close: () => dispatcher.destroy(),
  }
}

interface OomEvent {
  readonly Actor?: { readonly Attributes?: Readonly<Record<string, string>> }
}

interface Engine {
  readonly dispatcher: Dispatcher
  readonly origin: string
}

/** The newest version that both sides speak. */
async function negotiate(engine: Engine, signal: AbortSignal): Promise<string> {
  const { ApiVersion, MinAPIVersion } = (await getJson(engine, '/version', signal)) as {
    readonly ApiVersion?: string
    readonly MinAPIVersion?: string
  }
  if (ApiVersion === undefined) throw new Error('docker: expected ApiVersion in the answer to /version')
  if (compareVersions(MinAPIVersion ?? '1.0', wantedVersion) > 0) return MinAPIVersion ?? wantedVersion
  return compareVersions(ApiVersion, wantedVersion) < 0 ? ApiVersion : wantedVersion
}

function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number)
  const [majorB = 0, minorB = 0] = b.split('.').map(Number)
  return majorA - majorB || minorA - minorB
}

async function getJson(engine: Engine, path: string, signal: AbortSignal): Promise<unknown> {
  const text = await getText(engine, path, signal)
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new Error(`docker ${withoutQuery(path)}: expected JSON`, { cause: error })
  }
}

async function getText({ dispatcher, origin }: Engine, path: string, signal: AbortSignal): Promise<string> {
  const { statusCode, body } = await loadHttpClient().request(origin + path, { dispatcher, signal })
  let text = ''
  for await (const chunk of body) {
    text += String(chunk)
    if (text.length > maxBytes) throw new Error(`docker ${withoutQuery(path)}: expected at most 8 MiB`)
  }
  if (statusCode === 200) return text
  throw unexpectedStatus(path, statusCode, text)
}

/** The first bytes of an answer; the rest, which may be without end, is not read. */
async function getStart({ dispatcher, origin }: Engine, path: string, signal: AbortSignal): Promise<Buffer> {
  const { statusCode, body } = await loadHttpClient().request(origin + path, { dispatcher, signal })
  const chunks: Buffer[] = []
  let size = 0
  // Leaving the loop early ends the connection.
  for await (const chunk of body) {
    chunks.push(Buffer.from(chunk as Uint8Array))
    size += chunks.at(-1)?.length ?? 0
    if (size >= maxLogBytes) break
  }
  const start = Buffer.concat(chunks).subarray(0, maxLogBytes)
  if (statusCode === 200) return start
  throw unexpectedStatus(path, statusCode, start.toString())
}

function unexpectedStatus(path: string, status: number, text: string): Error {
  const said = text.slice(0, 200).trim()
  return new Error(`docker ${withoutQuery(path)}: expected status 200, got ${status}: ${said}`)
}

function withoutQuery(path: string): string {
  return path.replace(/\?.*$/, '')
}
