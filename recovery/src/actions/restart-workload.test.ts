// The API server is a server on loopback that keeps one workload as Kubernetes does.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { serveHttp } from '../../../exporter/src/probes/testing/servers.ts'
import { restartWorkload } from './restart-workload.ts'

interface Patch {
  readonly metadata: { readonly resourceVersion: string }
  readonly spec: {
    readonly template: { readonly metadata: { readonly annotations: Record<string, string> } }
  }
}

interface Cluster {
  readonly url: string
  readonly patches: readonly Patch[]
  readonly requests: readonly string[]
}

type Kind = 'Deployment' | 'StatefulSet' | 'DaemonSet'

/** Two pods that are well, and what of that differs while they are replaced. */
const statuses: Readonly<Record<Kind, { readonly settled: object; readonly rolling: object }>> = {
  Deployment: {
    settled: { observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 2 },
    rolling: { updatedReplicas: 1 },
  },
  StatefulSet: {
    settled: { observedGeneration: 3, readyReplicas: 2, currentRevision: 'b', updateRevision: 'b' },
    rolling: { currentRevision: 'a' },
  },
  DaemonSet: {
    settled: {
      observedGeneration: 3,
      desiredNumberScheduled: 2,
      updatedNumberScheduled: 2,
      numberAvailable: 2,
    },
    rolling: { updatedNumberScheduled: 1 },
  },
}
const { settled } = statuses.Deployment

interface Found {
  readonly kind?: Kind
  readonly spec?: object
  readonly status?: object
  /** The version that others have made of it meanwhile. */
  readonly version?: string
}

async function startCluster(found: Found = {}): Promise<Cluster> {
  const { kind = 'Deployment', spec = {}, version = '7' } = found
  const status = { ...statuses[kind].settled, ...found.status }
  const patches: Patch[] = []
  const requests: string[] = []
  let looks = 0
  const url = await serveHttp((request, response) => {
    const answer = async (): Promise<void> => {
      requests.push(`${request.method} ${request.url} ${request.headers.authorization}`)
      if (request.method === 'PATCH') {
        const patch = (await json(request)) as Patch
        if (patch.metadata.resourceVersion !== version) {
          response.writeHead(409).end('{"reason":"Conflict"}')
          return
        }
        patches.push(patch)
      } else if (patches.length > 0) looks += 1
      const isRolling = patches.length > 0 && looks < 3
      response.end(
        JSON.stringify({
          metadata: { generation: 3 + patches.length, resourceVersion: '7' },
          spec: { replicas: 2, ...spec },
          status: {
            ...status,
            ...(patches.length > 0 ? { observedGeneration: 4 } : {}),
            ...(isRolling ? statuses[kind].rolling : {}),
          },
        }),
      )
    }
    answer().catch(() => response.destroy())
  })
  return { url, patches, requests }
}

function bind({ url }: Cluster, kind: Kind = 'Deployment') {
  const directory = mkdtempSync(join(tmpdir(), 'watchpost-kubernetes-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  writeFileSync(join(directory, 'token'), 'token-of-account\n')
  const fields = { kind, workload: 'web', namespace: 'shop', url, token_file: join(directory, 'token') }
  return restartWorkload.bind(restartWorkload.fields.parse(fields))
}

const moment = (milliseconds = 5_000) => ({
  now: 1_800_000_000,
  signal: AbortSignal.timeout(milliseconds),
  idempotencyKey: 'attempt-1',
})

test.each([
  ['Deployment', 'deployments'],
  ['StatefulSet', 'statefulsets'],
  ['DaemonSet', 'daemonsets'],
] as const)(
  'the pod template of a %s gets a new time, and the rollout is waited for',
  async (kind, plural) => {
    const cluster = await startCluster({ kind })
    const action = bind(cluster, kind)
    expect(await action.plan(moment())).toEqual({ steps: [`restart ${kind} shop/web (2 available)`] })
    expect(await action.run(moment())).toEqual([`restarted ${kind} shop/web`])
    expect(cluster.patches.map(({ spec }) => spec.template.metadata.annotations)).toEqual([
      { 'kubectl.kubernetes.io/restartedAt': '2027-01-15T08:00:00.000Z', 'watchpost/attempt': 'attempt-1' },
    ])
    // Twice it was seen under way.
    expect(cluster.requests).toHaveLength(6)
    expect(cluster.requests[0]).toBe(
      `GET /apis/apps/v1/namespaces/shop/${plural}/web Bearer token-of-account`,
    )
  },
)

const underWay = 'a rollout is under way'
test.each<[string, Found, string]>([
  ['is paused', { spec: { paused: true } }, 'its rollout is paused'],
  ['is scaled to zero', { spec: { replicas: 0 } }, 'it is scaled to zero'],
  ['is being rolled out', { status: { updatedReplicas: 1 } }, underWay],
  ['was changed a moment ago', { status: { ...settled, observedGeneration: 2 } }, underWay],
  ['is a set scaled to zero', { kind: 'StatefulSet', spec: { replicas: 0 } }, 'it is scaled to zero'],
  ['is a set being rolled out', { kind: 'StatefulSet', status: { updateRevision: 'c' } }, underWay],
  [
    'is a set that waits for deletions',
    { kind: 'StatefulSet', spec: { updateStrategy: { type: 'OnDelete' } } },
    'its update strategy OnDelete replaces no pod by itself',
  ],
  [
    'is a set with a partition',
    {
      kind: 'StatefulSet',
      spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } },
    },
    'its partition keeps pods from being replaced',
  ],
  [
    'is on nodes where it is rolled out',
    { kind: 'DaemonSet', status: { updatedNumberScheduled: 1 } },
    underWay,
  ],
  ['is on no node', { kind: 'DaemonSet', status: { desiredNumberScheduled: 0 } }, 'no node is to run it'],
  [
    'is on nodes and waits for deletions',
    { kind: 'DaemonSet', spec: { updateStrategy: { type: 'OnDelete' } } },
    'its update strategy OnDelete replaces no pod by itself',
  ],
])('one that %s is left alone', async (_what, found, refusal) => {
  const cluster = await startCluster(found)
  const action = bind(cluster, found.kind)
  expect(await action.plan(moment())).toEqual({ refusal })
  await expect(action.run(moment())).rejects.toThrow(refusal)
  expect(cluster.patches).toEqual([])
})

test('a rollout whose pods do not become ready is waited for until the deadline', async () => {
  for (const kind of ['StatefulSet', 'DaemonSet'] as const) {
    const status = kind === 'StatefulSet' ? { readyReplicas: 1 } : { numberAvailable: 1 }
    const action = bind(await startCluster({ kind, status }), kind)
    await expect(action.run(moment(1_500))).rejects.toThrow(/abort|time/i)
  }
})

test('one that somebody changes in the same moment is left to them', async () => {
  await expect(bind(await startCluster({ version: '8' })).run(moment())).rejects.toThrow('status 409')
})
