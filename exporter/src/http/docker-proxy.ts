// The Docker socket for those who only look: a few questions pass, and of the answers what may be seen.
import { createServer, request } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { limited, limits, serverOptions } from './limits.ts'

/** Whoever may write to the socket is root on the machine, so nothing else gets through, in no other method. */
const passing =
  /^(?:\/v\d\.\d{1,3})?\/(?:_ping|version|events|containers\/json|containers\/[\w.-]+\/stats)(?:\?|$)/
const inspecting = /^(?:\/v\d\.\d{1,3})?\/containers\/[\w.-]+\/json(?:\?|$)/

const reading = /^(?:\/v\d\.\d{1,3})?\/containers\/[\w.-]+\/logs(?:\?|$)/
const maxLogLines = 50

interface DockerProxyOptions {
  readonly socketPath: string
  /** Whether the last lines of logs pass. */
  readonly logs: boolean
}

export function createDockerProxy({ socketPath, logs }: DockerProxyOptions): Server {
  const server = createServer(serverOptions(limits), (incoming, outgoing) => {
    const path = incoming.url ?? '/'
    const isInspection = inspecting.test(path)
    const passes = isInspection || passing.test(path) || (logs && asksForLastLines(path))
    if (incoming.method !== 'GET' || !passes) {
      refuse(outgoing, 403, 'this proxy lets only some questions through')
      return
    }
    const asked = request({ socketPath, path, headers: { host: 'docker' } }, (answer) => {
      if (isInspection && answer.statusCode === 200) void passTrimmed(answer, outgoing)
      else answer.pipe(outgoing.writeHead(answer.statusCode ?? 502, { 'content-type': contentType(answer) }))
    })
    asked.once('error', (error) =>
      refuse(outgoing, 502, `the Docker Engine cannot be asked: ${error.message}`),
    )
    // Events would stream for ever to somebody who is gone.
    outgoing.once('close', () => asked.destroy())
    asked.end()
  })
  return limited(server, limits)
}

/** The end of a log, once; not all of it, nor what is still to come. */
function asksForLastLines(path: string): boolean {
  if (!reading.test(path)) return false
  const asked = new URL(path, 'http://docker').searchParams
  const isKnown = [...asked.keys()].every((key) => ['stdout', 'stderr', 'tail'].includes(key))
  const tail = asked.getAll('tail')
  return isKnown && tail.length === 1 && /^\d{1,3}$/.test(tail[0] ?? '') && Number(tail[0]) <= maxLogLines
}

interface Inspection {
  readonly Id?: unknown
  readonly Name?: unknown
  readonly RestartCount?: unknown
  readonly State?: unknown
  readonly HostConfig?: { readonly Memory?: unknown; readonly NanoCpus?: unknown }
}

/** An inspection tells the environment of a container too, and with it the passwords in there. */
async function passTrimmed(answer: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  try {
    const { Id, Name, RestartCount, State, HostConfig } = (await json(answer)) as Inspection
    const granted = { Memory: HostConfig?.Memory, NanoCpus: HostConfig?.NanoCpus }
    const body = JSON.stringify({ Id, Name, RestartCount, State, HostConfig: granted })
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end(body)
  } catch (error) {
    refuse(outgoing, 502, `the Docker Engine cannot be understood: ${String(error)}`)
  }
}

function contentType(answer: IncomingMessage): string {
  return answer.headers['content-type'] ?? 'application/json'
}

function refuse(outgoing: ServerResponse, status: number, message: string): void {
  if (!outgoing.headersSent) outgoing.writeHead(status, { 'content-type': 'application/json' })
  outgoing.end(JSON.stringify({ message }))
}
