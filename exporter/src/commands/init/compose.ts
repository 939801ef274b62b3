// What a docker-compose file says there is to watch, each asked once where it can be reached from here.
import { toName } from './draft.ts'
import type { Draft, Found } from './draft.ts'
import { readComposeFile, readPort } from './compose-file.ts'
import type { ComposeFile, ComposeService, Port } from './compose-file.ts'
import { askService } from './services.ts'

interface ComposeSource {
  readonly file: string
  readonly text: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
}

export async function draftFromCompose({ file, text, environment, signal }: ComposeSource): Promise<Draft> {
  const compose = readComposeFile(text, environment)
  const drafts = await Promise.all(
    Object.entries(compose.services).map(([key, service]) =>
      draftService({ file, key, service, compose, signal }),
    ),
  )
  return { found: drafts.flatMap(({ found }) => found), left: drafts.flatMap(({ left }) => left) }
}

interface Candidate {
  readonly file: string
  readonly key: string
  readonly service: ComposeService
  readonly compose: ComposeFile
  readonly signal: AbortSignal
}

async function draftService({ file, key, service, compose, signal }: Candidate): Promise<Draft> {
  const place = `${key} of ${file}`
  if (isOneShot(key, compose))
    return leave(`${place}: others wait for its end, so it is a job and no service`)
  const common = { name: toName(key), alias: key, dependencies: Object.keys(service.depends_on) }
  const ports = [...service.ports, ...service.expose].flatMap((port) => readPort(port) ?? [])
  const database = databaseOf(key, service, ports)
  if (database) return { found: [{ ...common, ...database }], left: [] }
  const url = healthUrl(key, service, ports)
  if (url !== undefined) return { found: [await ask(url, common, signal)], left: [] }
  const [port] = ports
  if (!port) return leave(`${place}: it names no port and no health check over HTTP`)
  // What listens there is not said, so it is asked; silence is no proof that it isn't HTTP.
  const guess = await askService(`http://${addressOf(key, port)}/`, signal)
  if (guess.answered) return { found: [{ ...guess.found, ...common }], left: [] }
  const keys = { probe: 'tcp', address: addressOf(key, port) }
  return { found: [{ ...common, section: 'endpoints', keys, comment: reachNote(port) }], left: [] }
}

function leave(line: string): Draft {
  return { found: [], left: [line] }
}

function isOneShot(key: string, { services }: ComposeFile): boolean {
  return Object.values(services).some(
    ({ depends_on: edges }) => edges[key] === 'service_completed_successfully',
  )
}

async function ask(
  url: string,
  common: Pick<Found, 'name' | 'alias' | 'dependencies'>,
  signal: AbortSignal,
): Promise<Found> {
  const { found, answered, problem } = await askService(url, signal)
  const dependencies = [...(common.dependencies ?? []), ...(found.dependencies ?? [])]
  return {
    ...found,
    ...common,
    dependencies,
    ...(answered ? {} : { comment: `Not reached from here: ${problem}` }),
  }
}

const databases = [
  {
    pattern: /(?:^|\/)(?:postgres|postgis|timescaledb|pgvector|paradedb)(?:[:@-]|$)/,
    scheme: 'postgresql',
    port: 5432,
  },
  { pattern: /(?:^|\/)(?:redis|valkey)(?:[:@-]|$)/, scheme: 'redis', port: 6379 },
] as const

/** By its image. The password stays where it is: what is written asks for it from the environment. */
function databaseOf(
  key: string,
  { image, environment }: ComposeService,
  ports: readonly Port[],
): Pick<Found, 'section' | 'keys' | 'comment'> | undefined {
  const kind = databases.find(({ pattern }) => pattern.test(image))
  if (!kind) return undefined
  const port = ports.find(({ container }) => container === kind.port) ?? {
    container: kind.port,
    published: undefined,
  }
  const variable = `${toName(key).toUpperCase()}_URL`
  const address = addressOf(key, port)
  const isPostgres = kind.scheme === 'postgresql'
  const name = environment['POSTGRES_DB'] ?? environment['POSTGRES_USER'] ?? 'postgres'
  const fallback = isPostgres
    ? `postgresql://watchpost@${address}/${encodeURIComponent(name)}`
    : `redis://${address}`
  return {
    section: 'databases',
    keys: { ...(isPostgres ? {} : { kind: 'redis' }), url: `\${${variable}:-${fallback}}` },
    comment:
      `${variable} is to hold the password as well. ${isPostgres ? 'The role needs pg_monitor and nothing else.' : ''}`.trim(),
  }
}

/** The address that its health check asks, seen from here instead of from inside. */
function healthUrl(key: string, { healthcheck }: ComposeService, ports: readonly Port[]): string | undefined {
  const [found] = /https?:\/\/[^\s'"|;&)]+/.exec(healthcheck.test.join(' ')) ?? []
  if (found === undefined || !URL.canParse(found)) return undefined
  const inside = new URL(found)
  if (!/^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\])$/.test(inside.hostname) && inside.hostname !== key) {
    return undefined
  }
  const number = Number(inside.port || (inside.protocol === 'https:' ? 443 : 80))
  const port = ports.find(({ container }) => container === number) ?? {
    container: number,
    published: undefined,
  }
  return `${inside.protocol}//${addressOf(key, port)}${inside.pathname}${inside.search}`
}

function addressOf(key: string, { container, published }: Port): string {
  return published ?? `${key}:${container}`
}

function reachNote({ published }: Port): string {
  return published === undefined
    ? 'It publishes no port: this address holds inside its network only.'
    : 'It did not answer HTTP, so an open port is what is asked for.'
}
