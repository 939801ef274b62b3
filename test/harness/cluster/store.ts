// The objects of the cluster, each taken only if the API server would take it.
import { randomUUID } from 'node:crypto'
import type { IPod } from 'kubernetes-models/v1/Pod'
import { checkIdentity, checkSizes } from './admission.ts'
import { findMistake } from './fields.ts'
import { kindNamed } from './kinds.ts'
import type { Kind } from './kinds.ts'
import { Refusal, titleOf } from './object.ts'
import type { KubeObject, Place } from './object.ts'
import { violations } from './pod-security.ts'

export type ChangeType = 'ADDED' | 'MODIFIED'
export type Watcher = (type: ChangeType, object: KubeObject) => void

export interface Store {
  readonly get: (place: Place) => KubeObject
  readonly has: (kind: string, namespace: string | undefined, name: string) => boolean
  readonly list: (kind: Kind, namespace: string | undefined) => readonly KubeObject[]
  readonly create: (place: Omit<Place, 'name'>, object: KubeObject) => KubeObject
  /** In the place of what is there; its status is not looked at by the API server. */
  readonly replace: (place: Place, object: KubeObject) => KubeObject
  readonly version: () => string
  readonly watch: (watcher: Watcher) => () => void
}

const keyOf = (kind: string, namespace: string | undefined, name: string): string =>
  [kind, namespace ?? '', name].join(' ')

export function createStore(): Store {
  const objects = new Map<string, KubeObject>()
  const watchers = new Set<Watcher>()
  let version = 0
  const has: Store['has'] = (kind, namespace, name) => objects.has(keyOf(kind, namespace, name))

  function put(place: Place, object: KubeObject, type: ChangeType): KubeObject {
    version += 1
    const stored = {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(version) },
    }
    objects.set(keyOf(place.kind.kind, place.namespace, place.name), stored)
    for (const watcher of watchers) watcher(type, stored)
    return stored
  }

  function admit(place: Place, object: KubeObject): void {
    const { kind, namespace } = place
    if (namespace !== undefined && !has('Namespace', undefined, namespace))
      throw new Refusal(404, 'NotFound', `namespaces "${namespace}" not found`)
    checkIdentity(place, object)
    const mistake = findMistake(kind, object)
    if (mistake !== undefined) throw new Refusal(400, 'BadRequest', mistake)
    checkSizes(place, object)
    if (kind.kind === 'Pod') admitPod(place, object as IPod)
  }

  function admitPod({ namespace, name }: Place, pod: IPod): void {
    const { metadata } = get({ kind: kindNamed('Namespace'), namespace: undefined, name: namespace ?? '' })
    const account = pod.spec?.serviceAccountName ?? 'default'
    const found =
      metadata.labels?.['pod-security.kubernetes.io/enforce'] === 'restricted' ? violations(pod) : []
    if (!has('ServiceAccount', namespace, account))
      found.push(`error looking up service account ${namespace}/${account}: not found`)
    if (found.length > 0)
      throw new Refusal(403, 'Forbidden', `pods "${name}" is forbidden: ${found.join(', ')}`)
  }

  function get(place: Place): KubeObject {
    const found = objects.get(keyOf(place.kind.kind, place.namespace, place.name))
    if (!found) throw new Refusal(404, 'NotFound', `${titleOf(place)} not found`)
    return found
  }

  return {
    get,
    has,
    list: (kind, namespace) =>
      [...objects.values()].filter(
        (one) => one.kind === kind.kind && (namespace === undefined || one.metadata.namespace === namespace),
      ),
    create({ kind, namespace }, object) {
      const place = { kind, namespace, name: object.metadata.name }
      const metadata = {
        ...object.metadata,
        uid: randomUUID(),
        generation: 1,
        creationTimestamp: new Date().toISOString(),
        ...(namespace === undefined ? {} : { namespace: object.metadata.namespace ?? namespace }),
      }
      admit(place, { ...object, metadata })
      if (has(kind.kind, namespace, place.name))
        throw new Refusal(409, 'AlreadyExists', `${titleOf(place)} already exists`)
      return put(place, withDefaults({ ...object, metadata }), 'ADDED')
    },
    replace(place, object) {
      const before = get(place)
      admit(place, object)
      if (JSON.stringify(before) === JSON.stringify(object)) return before
      const isOther = JSON.stringify(before.spec) !== JSON.stringify(object.spec)
      const generation = (before.metadata.generation ?? 1) + Number(isOther)
      return put(place, { ...object, metadata: { ...object.metadata, generation } }, 'MODIFIED')
    },
    version: () => String(version),
    watch(watcher) {
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
  }
}

/** Of all that a cluster fills in, what kubectl asks for afterwards. */
function withDefaults(object: KubeObject): KubeObject {
  if (object.kind !== 'StatefulSet') return object
  const spec = { updateStrategy: { type: 'RollingUpdate' }, replicas: 1, ...(object.spec as object) }
  return { ...object, spec }
}
