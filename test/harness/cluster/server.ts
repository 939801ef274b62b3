// A small API server on loopback for the real kubectl: it takes what a cluster takes that has the kinds of kinds.ts, and
// is stricter in one thing: an unknown field is always refused.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { parse } from 'yaml'
import { listen } from '../listen.ts'
import type { Running } from '../listen.ts'
import { discover } from './discovery.ts'
import { groupVersionOf, kinds, rootOf } from './kinds.ts'
import type { Kind } from './kinds.ts'
import { mergePatch } from './patch.ts'
import { decode } from './protobuf.ts'
import { Refusal } from './object.ts'
import type { KubeObject, Place } from './object.ts'
import { createStore } from './store.ts'
import type { Store } from './store.ts'

export interface Cluster extends Running {
  readonly store: Store
}

interface Request {
  readonly kind: Kind
  readonly namespace: string | undefined
  readonly name: string | undefined
}

export async function startCluster(): Promise<Cluster> {
  const store = createStore()
  const system = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }
  store.create(addressed('/api/v1/namespaces'), system)
  const running = await listen((request, response) => {
    answer(store, request, response).catch((error: unknown) => {
      const { code, reason, message } =
        error instanceof Refusal ? error : new Refusal(500, 'InternalError', String(error))
      send(response, code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message })
    })
  })
  return { ...running, store }
}

function send(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function answer(store: Store, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://cluster')
  const document = discover(pathname)
  if (document) return send(response, 200, document)
  const { kind, namespace, name } = addressed(pathname)
  if (searchParams.has('dryRun')) throw new Refusal(400, 'BadRequest', 'a dry run is not known here')
  if (request.method === 'POST' && name === undefined) {
    return send(response, 201, store.create({ kind, namespace }, await readObject(request)))
  }
  if (request.method === 'PATCH' && name !== undefined)
    return send(
      response,
      200,
      patch(store, { kind, namespace, name }, request.headers, await readText(request)),
    )
  if (request.method !== 'GET')
    throw new Refusal(405, 'MethodNotAllowed', `${request.method} is not known here`)
  if (name !== undefined) return send(response, 200, store.get({ kind, namespace, name }))
  const isChosen = selector(searchParams.get('fieldSelector'))
  if (searchParams.get('watch') === 'true') {
    const hasMark = searchParams.get('sendInitialEvents') === 'true'
    return watch(store, { kind, namespace, isChosen, hasMark }, response)
  }
  const items = store.list(kind, namespace).filter(isChosen)
  const list = { kind: `${kind.kind}List`, apiVersion: groupVersionOf(kind), items }
  send(response, 200, { ...list, metadata: { resourceVersion: store.version() } })
}

async function readText(request: IncomingMessage): Promise<string> {
  return (await buffer(request)).toString()
}

async function readObject(request: IncomingMessage): Promise<KubeObject> {
  const isProtobuf = request.headers['content-type'] === 'application/vnd.kubernetes.protobuf'
  return (isProtobuf ? decode(await buffer(request)) : JSON.parse(await readText(request))) as KubeObject
}

/** What a path below /api or /apis is about. */
function addressed(pathname: string): Request {
  for (const kind of kinds) {
    const place = kind.isNamespaced ? 'namespaces/([^/]+)/' : '()'
    const found = new RegExp(`^/${rootOf(groupVersionOf(kind))}/${place}${kind.plural}(?:/([^/]+))?$`).exec(
      pathname,
    )
    if (found) return { kind, namespace: found[1] || undefined, name: found[2] }
  }
  throw new Refusal(404, 'NotFound', 'the server could not find the requested resource')
}

function patch(store: Store, place: Place, headers: IncomingHttpHeaders, body: string): KubeObject {
  const change = parse(body) as KubeObject
  const type = headers['content-type'] ?? ''
  const isApply = type === 'application/apply-patch+yaml'
  if (isApply && !store.has(place.kind.kind, place.namespace, place.name)) return store.create(place, change)
  const isStrategic = type === 'application/strategic-merge-patch+json'
  if (!isApply && !isStrategic && type !== 'application/merge-patch+json')
    throw new Refusal(415, 'UnsupportedMediaType', `a patch of type ${type} is not known here`)
  // Lists are merged by their keys in this kind of patch; who needs that has to teach it to this server.
  if (isStrategic && /"\$|\[\{/.test(body))
    throw new Refusal(415, 'UnsupportedMediaType', 'a strategic patch of lists is not known here')
  return store.replace(place, mergePatch(store.get(place), change) as KubeObject)
}

function selector(text: string | null): (object: KubeObject) => boolean {
  if (text === null || text === '') return () => true
  const [, name] = /^metadata\.name=([^,]+)$/.exec(text) ?? []
  if (name === undefined) throw new Refusal(400, 'BadRequest', `field selector ${text} is not known here`)
  return ({ metadata }) => metadata.name === name
}

interface Watched {
  readonly kind: Kind
  readonly namespace: string | undefined
  readonly isChosen: (object: KubeObject) => boolean
  /** Whether it is told where what was there before ends. */
  readonly hasMark: boolean
}

/** Begins with what there is, as a watch without a version does. */
function watch(
  store: Store,
  { kind, namespace, isChosen, hasMark }: Watched,
  response: ServerResponse,
): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  const tell = (type: string, object: KubeObject): void => {
    const isHere = namespace === undefined || object.metadata.namespace === namespace
    if (object.kind === kind.kind && isHere && isChosen(object))
      response.write(`${JSON.stringify({ type, object })}\n`)
  }
  for (const object of store.list(kind, namespace)) tell('ADDED', object)
  if (hasMark) {
    const annotations = { 'k8s.io/initial-events-end': 'true' }
    const metadata = { resourceVersion: store.version(), annotations }
    const mark = { kind: kind.kind, apiVersion: groupVersionOf(kind), metadata }
    response.write(`${JSON.stringify({ type: 'BOOKMARK', object: mark })}\n`)
  }
  response.on('close', store.watch(tell))
}
