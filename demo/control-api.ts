// The HTTP API that breaks and heals a running fleet. It listens on the loopback interface only.
import type { IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { explain } from '../exporter/src/log.ts'
import { openEndpoint } from './endpoint.ts'
import type { Answer, Endpoint } from './endpoint.ts'
import { UnknownFault } from './fault.ts'
import type { Faults, FaultState } from './fault.ts'
import type { RunHook } from './hooks.ts'

/** What GET /state answers, and what a change answers when it is done. */
export interface FleetState {
  readonly targets: readonly FaultState[]
}

export function openControl(port: number, faults: Faults, runHook: RunHook): Promise<Endpoint> {
  return openEndpoint({
    name: 'control',
    host: '127.0.0.1',
    port,
    flapSeconds: Infinity,
    errorBody: { error: 'the request failed' },
    answer: (request, url) => route(request, url.pathname, { faults, runHook }),
  })
}

interface Controlled {
  readonly faults: Faults
  readonly runHook: RunHook
}

async function route(
  request: IncomingMessage,
  path: string,
  { faults, runHook }: Controlled,
): Promise<Answer> {
  if (request.method === 'GET' && path === '/state') return { status: 200, body: stateOf(faults) }
  if (path.startsWith('/hooks/')) return answerHook(request, path, runHook)
  if (request.method !== 'POST' || (path !== '/break' && path !== '/heal')) {
    return refuse(404, 'expected GET /state, POST /break or POST /heal')
  }
  // A page in a browser can't send this type to another origin without being asked first.
  if (!isJson(request)) {
    return refuse(415, 'expected a body of type application/json')
  }
  const order = await readOrder(request)
  if (!order) return refuse(400, 'expected a JSON object with name, and fault to break')
  return change(
    faults,
    path === '/break' ? () => faults.break(order.name, order.fault) : () => faults.heal(order.name),
  )
}

async function answerHook(request: IncomingMessage, path: string, runHook: RunHook): Promise<Answer> {
  const isKnown = request.method === 'POST' && isJson(request) && (await runHook(path))
  return isKnown ? { status: 200, body: { done: true } } : refuse(404, 'there is no such hook')
}

function isJson({ headers }: IncomingMessage): boolean {
  return headers['content-type']?.startsWith('application/json') === true
}

async function change(faults: Faults, act: () => Promise<void>): Promise<Answer> {
  try {
    await act()
    return { status: 200, body: stateOf(faults) }
  } catch (error) {
    return refuse(error instanceof UnknownFault ? 400 : 500, explain(error))
  }
}

async function readOrder(request: IncomingMessage): Promise<{ name: string; fault: string } | undefined> {
  const body: unknown = await json(request).catch(() => undefined)
  if (body === null || typeof body !== 'object') return undefined
  const { name, fault = '' } = body as { readonly name?: unknown; readonly fault?: unknown }
  return typeof name === 'string' && typeof fault === 'string' ? { name, fault } : undefined
}

function stateOf(faults: Faults): FleetState {
  return { targets: faults.list() }
}

function refuse(status: number, error: string): Answer {
  return { status, body: { error } }
}
