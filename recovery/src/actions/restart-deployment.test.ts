// The API server is a server on loopback that keeps one Deployment as Kubernetes does.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { serveHttp } from '../../../exporter/src/probes/testing/servers.ts'
import { restartDeployment } from './restart-deployment.ts'

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

const settled = { observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 2 }

interface Found {
  readonly spec?: object
  readonly status?: object
  /** The version that others have made of it meanwhile. */
  readonly version?: string
}

async function startCluster({ spec = {}, status = settled, version = '7' }: Found = {}): Promise<Cluster> {
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
            ...(isRolling ? { updatedReplicas: 1 } : {}),
          },
        }),
      )
    }
    answer().catch(() => response.destroy())
  })
  return { url, patches, requests }
}

function bind({ url }: Cluster) {
  const directory = mkdtempSync(join(tmpdir(), 'watchpost-kubernetes-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  writeFileSync(join(directory, 'token'), 'token-of-account\n')
  const fields = { deployment: 'web', namespace: 'shop', url, token_file: join(directory, 'token') }
  return restartDeployment.bind(restartDeployment.fields.parse(fields))
}

const moment = (milliseconds = 5_000) => ({
  now: 1_800_000_000,
  signal: AbortSignal.timeout(milliseconds),
  idempotencyKey: 'attempt-1',
})

test('the pod template gets a new time, and the rollout is waited for', async () => {
  const cluster = await startCluster()
  const action = bind(cluster)
  expect(await action.plan(moment())).toEqual({ steps: ['restart deployment shop/web (2 available)'] })
  expect(await action.run(moment())).toEqual(['restarted deployment shop/web'])
  expect(cluster.patches.map(({ spec }) => spec.template.metadata.annotations)).toEqual([
    { 'kubectl.kubernetes.io/restartedAt': '2027-01-15T08:00:00.000Z', 'watchpost/attempt': 'attempt-1' },
  ])
  expect(cluster.requests[0]).toBe(
    'GET /apis/apps/v1/namespaces/shop/deployments/web Bearer token-of-account',
  )
})

test.each([
  ['is paused', { spec: { paused: true } }, 'its rollout is paused'],
  ['is scaled to zero', { spec: { replicas: 0 } }, 'it is scaled to zero'],
  ['is being rolled out', { status: { ...settled, updatedReplicas: 1 } }, 'a rollout is under way'],
  ['was changed a moment ago', { status: { ...settled, observedGeneration: 2 } }, 'a rollout is under way'],
])('one that %s is left alone', async (_what, found, refusal) => {
  const cluster = await startCluster(found)
  expect(await bind(cluster).plan(moment())).toEqual({ refusal })
  await expect(bind(cluster).run(moment())).rejects.toThrow(refusal)
  expect(cluster.patches).toEqual([])
})

test('one that somebody changes in the same moment is left to them', async () => {
  await expect(bind(await startCluster({ version: '8' })).run(moment())).rejects.toThrow('status 409')
})
