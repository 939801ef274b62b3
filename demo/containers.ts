// A double of the Docker Engine: the services of the fleet as its containers, which can end and be killed.
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { ServiceEntry } from './catalogue.ts'
import type { Breakable } from './fault.ts'
import { containerName, inspect, measure, summarize } from './container.ts'
import type { Container } from './container.ts'
import { renderLog } from './container-log.ts'

const apiVersion = '1.47'

export interface ContainerEngine {
  readonly url: string
  /** The service with its container: down ends both, oom and stopped are ends of their own. */
  readonly contain: (service: Breakable) => Breakable
  readonly close: () => Promise<void>
}

export interface EngineOptions {
  readonly host: string
  readonly port: number
  /** What a restart does to the service of a container; nothing where it is left out. */
  readonly restart?: (service: string) => Promise<void>
}

/** How each fault leaves the container behind; `stopped` is what `docker stop` does. */
const ends: Readonly<Record<string, { readonly exitCode: number; readonly isOomKill: boolean }>> = {
  down: { exitCode: 1, isOomKill: false },
  oom: { exitCode: 137, isOomKill: true },
  stopped: { exitCode: 143, isOomKill: false },
}

export async function openContainerEngine(
  entries: readonly ServiceEntry[],
  { host, port, restart }: EngineOptions,
): Promise<ContainerEngine> {
  const containers = new Map(
    entries.map((entry): [string, Container] => [
      entry.name,
      { entry, startedAt: Date.now(), restarts: 0, end: undefined },
    ]),
  )
  const kills: { readonly name: string; readonly at: number }[] = []
  const server = serveEngine(containers, kills, restart)
  server.listen(port, host)
  await once(server, 'listening')

  function contain(service: Breakable): Breakable {
    const container = containers.get(service.name)
    if (!container) throw new Error(`${service.name}: the catalogue names no such service`)
    return {
      ...service,
      faults: [...service.faults, 'oom', 'stopped'],
      async break(fault) {
        const end = ends[fault]
        await service.break(end ? 'down' : fault)
        if (!end) return
        container.end = { ...end, at: Date.now() }
        if (end.isOomKill) kills.push({ name: containerName(container), at: Date.now() })
      },
      async heal() {
        await service.heal()
        if (!container.end) return
        container.end = undefined
        container.startedAt = Date.now()
        container.restarts += 1
      },
    }
  }

  async function close(): Promise<void> {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  const { port: own } = server.address() as AddressInfo
  return { url: `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${own}`, contain, close }
}

type Kills = readonly { readonly name: string; readonly at: number }[]

function serveEngine(
  containers: ReadonlyMap<string, Container>,
  kills: Kills,
  restart: EngineOptions['restart'],
): Server {
  return createServer(({ method, url = '/' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://engine')
    const [, path = pathname] = /^\/v\d+\.\d+(\/.*)$/.exec(pathname) ?? []
    response.setHeader('api-version', apiVersion)
    if (method === 'POST') {
      void obey(path, containers, restart).then((status) => response.writeHead(status).end())
      return
    }
    const answer = route(path, containers) ?? (path === '/events' ? eventsOf(kills, searchParams) : undefined)
    response.statusCode = answer === undefined ? 404 : 200
    response.setHeader('content-type', 'application/json')
    if (Buffer.isBuffer(answer) || typeof answer === 'string') response.end(answer)
    else response.end(JSON.stringify(answer ?? { message: 'page not found' }))
  })
}

/** Only a restart is known; the status of the answer. */
async function obey(
  path: string,
  containers: ReadonlyMap<string, Container>,
  restart: EngineOptions['restart'],
): Promise<number> {
  const [, id = ''] = /^\/containers\/([\w-]+)\/restart$/.exec(path) ?? []
  const container = find(id, containers)
  if (!container) return 404
  await restart?.(container.entry.name)
  container.startedAt = Date.now()
  return 204
}

function find(id: string, containers: ReadonlyMap<string, Container>): Container | undefined {
  return containers.get(id) ?? [...containers.values()].find((one) => containerName(one) === id)
}

function route(path: string, containers: ReadonlyMap<string, Container>): unknown {
  if (path === '/_ping') return 'OK'
  if (path === '/version') return { ApiVersion: apiVersion, MinAPIVersion: '1.24', Version: '28.0.0' }
  if (path === '/containers/json') return [...containers.values()].map(summarize)
  const [, id = '', question] = /^\/containers\/([\w-]+)\/(json|stats|logs)$/.exec(path) ?? []
  const container = find(id, containers)
  if (!container) return undefined
  if (question === 'logs') return renderLog(container)
  return question === 'json' ? inspect(container) : measure(container)
}

function eventsOf(kills: Kills, asked: URLSearchParams): string {
  const since = Number(asked.get('since')) * 1000
  const until = Number(asked.get('until')) * 1000
  const within = kills.filter(({ at }) => at >= since && at < until)
  return within
    .map(
      ({ name }) =>
        `${JSON.stringify({ Type: 'container', Action: 'oom', Actor: { Attributes: { name } } })}\n`,
    )
    .join('')
}
