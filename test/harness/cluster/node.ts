// The rest of a cluster, as far as a StatefulSet needs it: what makes its pods, and the node that runs them. A pod here
// is a process of the exporter that has what its description gives it, and nothing else.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { IContainer } from 'kubernetes-models/v1/Container'
import type { IPod } from 'kubernetes-models/v1/Pod'
import { addressOf } from '../exporter.ts'
import { waitFor } from '../wait.ts'
import { kindNamed } from './kinds.ts'
import { environmentOf, filesOf, podsOf } from './pods.ts'
import type { KubeObject } from './object.ts'
import type { Store } from './store.ts'

export interface RunningPod {
  readonly name: string
  readonly url: string
}

export interface Node {
  readonly pods: readonly RunningPod[]
  /** Rejects with why a pod was refused or did not start. */
  readonly failed: Promise<never>
  readonly stop: () => Promise<void>
}

/** Runs what is made of these images, as soon as it is asked for. */
export function startNode(store: Store, images: ReadonlySet<string>): Node {
  const pods: RunningPod[] = []
  const { promise: failed, reject } = Promise.withResolvers<never>()
  // Not everybody waits for it.
  failed.catch(() => {})
  const cleanUps: (() => Promise<void>)[] = []
  const starting: Promise<void>[] = []
  const unwatch = store.watch((type, object) => {
    if (object.kind !== 'StatefulSet' || type !== 'ADDED') return
    const bringUp = async (): Promise<void> => {
      for (const description of podsOf(object)) {
        const { namespace } = description.metadata
        const pod = store.create({ kind: kindNamed('Pod'), namespace }, description)
        pods.push(await startPod(pod, { store, images, cleanUps }))
      }
      reportReady(store, object)
    }
    starting.push(bringUp().catch(reject))
  })
  return {
    pods,
    failed,
    async stop() {
      unwatch()
      await Promise.all(starting)
      for (const cleanUp of cleanUps) await cleanUp()
    },
  }
}

function reportReady(store: Store, { metadata }: KubeObject): void {
  const place = { kind: kindNamed('StatefulSet'), namespace: metadata.namespace, name: metadata.name }
  const set = store.get(place)
  const { replicas } = set.spec as { readonly replicas: number }
  const counts = { replicas, readyReplicas: replicas, updatedReplicas: replicas, availableReplicas: replicas }
  const revisions = { currentRevision: metadata.name, updateRevision: metadata.name }
  store.replace(place, { ...set, status: { observedGeneration: 1, ...counts, ...revisions } })
}

interface Means {
  readonly store: Store
  readonly images: ReadonlySet<string>
  readonly cleanUps: (() => Promise<void>)[]
}

async function startPod(pod: KubeObject, { store, images, cleanUps }: Means): Promise<RunningPod> {
  const [container, ...others] = (pod as IPod).spec?.containers ?? []
  if (!container || others.length > 0) throw new Error('expected a pod of one container')
  if (!images.has(container.image ?? '')) throw new Error(`ErrImagePull: there is no ${container.image}`)
  const environment = environmentOf(container, pod, store)
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-pod-'))
  const mounts = await mountVolumes(pod, store, directory)
  const child = spawn(process.execPath, ['exporter/watchpost.js', ...wordsOf(container, mounts)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], ...environment },
  })
  cleanUps.push(() => remove(child, directory))
  const url = `http://${await addressOf(child)}`
  const { path = '/' } = container.readinessProbe?.httpGet ?? {}
  await waitFor(`${pod.metadata.name} is ready`, async () => (await fetch(url + path)).ok, 60)
  return { name: pod.metadata.name, url }
}

async function remove(child: ChildProcess, directory: string): Promise<void> {
  child.kill('SIGKILL')
  await rm(directory, { recursive: true })
}

/** Where each volume is on this machine, by the path that the container knows. */
async function mountVolumes(pod: KubeObject, store: Store, directory: string): Promise<Map<string, string>> {
  const { volumes = [], containers = [] } = (pod as IPod).spec ?? {}
  const mounts = new Map<string, string>()
  for (const { name, mountPath } of containers.flatMap(({ volumeMounts = [] }) => volumeMounts)) {
    const volume = volumes.find((one) => one.name === name)
    if (!volume) throw new Error(`volumeMounts: there is no volume ${name}`)
    const folder = join(directory, name)
    await mkdir(folder)
    for (const [file, content] of Object.entries(filesOf(volume, pod, store)))
      await writeFile(join(folder, file), content)
    mounts.set(mountPath, folder)
  }
  return mounts
}

/** The arguments with the folders of this machine, and any free port in the place of the one that the probe asks. */
function wordsOf(
  { args = [], ports = [], readinessProbe }: IContainer,
  mounts: ReadonlyMap<string, string>,
): string[] {
  const asked = ports.find(({ name }) => name === readinessProbe?.httpGet?.port)
  const address = `--web.listen-address=0.0.0.0:${asked?.containerPort}`
  if (!args.includes(address))
    throw new Error(`expected ${address}, as the readiness probe asks, got ${args.join(' ')}`)
  return args.map((word) => {
    const [flag = '', value = ''] = word.split('=')
    const [path, folder] = [...mounts].find(([mounted]) => value.startsWith(mounted)) ?? []
    if (path !== undefined && folder !== undefined) return `${flag}=${value.replace(path, folder)}`
    return word === address ? '--web.listen-address=127.0.0.1:0' : word
  })
}
