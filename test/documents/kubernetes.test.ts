// The lines for a cluster, as they stand in the documents, by a real kubectl against the cluster of the tests.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import type { AlertmanagerConfig } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1alpha1'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { requireProgram } from '../../demo/programs/find.ts'
import { startNode } from '../harness/cluster/node.ts'
import type { Node } from '../harness/cluster/node.ts'
import { startCluster } from '../harness/cluster/server.ts'
import { kindNamed } from '../harness/cluster/kinds.ts'
import type { Store } from '../harness/cluster/store.ts'
import { documents, linesOf } from '../harness/documents.ts'

let kubectl: string
beforeAll(async () => {
  const program = await requireProgram('kubectl', { log: (line) => void process.stderr.write(`${line}\n`) })
  kubectl = program.path
}, 180_000)

// Several tests run at once, so what one has started is not told from the others' until all have ended.
const cleanUps: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp()
})

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

interface Machine {
  readonly store: Store
  readonly node: Node
  readonly run: (line: string) => Promise<Outcome>
}

/** A cluster, a node that has the image that the documents push, and a shell that reaches them. */
async function start(): Promise<Machine> {
  const home = await mkdtemp(join(tmpdir(), 'watchpost-kubectl-'))
  const cluster = await startCluster()
  const pushed = linesOf('push').map((line) => line.split(' ').at(-1) ?? '')
  const node = startNode(cluster.store, new Set(pushed))
  cleanUps.push(async () => {
    await node.stop()
    await cluster.stop()
    await rm(home, { recursive: true })
  })
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: cluster.url } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: '' } }],
    'current-context': 'test',
  }
  await writeFile(join(home, 'config'), stringify(config))
  const path = `${dirname(kubectl)}${delimiter}${process.env['PATH'] ?? ''}`
  const env = { ...process.env, PATH: path, HOME: home, KUBECONFIG: join(home, 'config') }
  const execute = (line: string): Promise<Outcome> =>
    new Promise((done) => {
      execFile('bash', ['-o', 'pipefail', '-c', line], { env, timeout: 90_000 }, (error, stdout, stderr) => {
        done({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr })
      })
    })
  // What never gets ready would be waited for without an end.
  const run = (line: string): Promise<Outcome> =>
    line.includes(' rollout status ') ? Promise.race([execute(line), node.failed]) : execute(line)
  return { store: cluster.store, node, run }
}

const files = documents.map(({ file }) => file).filter((file) => linesOf('kubectl', file).length > 0)

test.each(files)('kubectl does what %s says, line by line', async (file) => {
  const { run } = await start()
  for (const line of linesOf('kubectl', file))
    expect({ line, ...(await run(line)) }).toMatchObject({ line, code: 0, stderr: '', stdout: /./ })
})

const example = linesOf('kubectl', 'examples/kubernetes/README.md')
const deploy = example.slice(0, example.findIndex((line) => line.includes(' rollout status ')) + 1)

test('the pod that comes of it is ready, and probes what the example watches', async () => {
  const { run, node, store } = await start()
  for (const line of example) await run(line)
  expect(node.pods).toMatchObject([{ name: 'watchpost-1' }])
  const page = await (await fetch(`${node.pods[0]?.url}/metrics`)).text()
  const targets = [...page.matchAll(/^watchpost_target_up\{target="(\w+)"/gm)].map(([, target]) => target)
  expect(targets).toEqual(['shop', 'payment', 'shop_db'])
  // Only the operator looks for it, so that the cluster takes an AlertmanagerConfig without it.
  const [config] = store.list(kindNamed('AlertmanagerConfig'), 'watchpost')
  const { receivers = [] } = (config?.spec ?? {}) as NonNullable<AlertmanagerConfig['spec']>
  const webhooks = receivers.flatMap(({ webhookConfigs = [] }) => webhookConfigs)
  const { name = '', key = '' } = webhooks.find(({ urlSecret }) => urlSecret)?.urlSecret ?? {}
  const secret = store.get({ kind: kindNamed('Secret'), namespace: 'watchpost', name })
  expect(secret).toHaveProperty(['data', key])
})

// So that a line that is no longer right is seen here, too.
test.concurrent.each([
  ['a file that is not there', 'namespace.yml', 'namespaces.yml', 'does not exist'],
  ['a folder without a kustomization', '-k examples/kubernetes', '-k examples/n8n', 'unable to find one of'],
  ['a flag that kubectl has not', 'apply -k', 'apply --kustomization', 'unknown flag: --kustomization'],
  ['an absent namespace', '-n watchpost create', '-n shop create', 'namespaces "shop" not found'],
  ['another kind', 'statefulset/', 'deployment/', 'have a resource type "deployment"'],
  ['no namespace', '-n watchpost rollout', 'rollout', '"watchpost" not found'],
  ['another Secret', 'generic watchpost ', 'generic shop ', 'DATABASE_URL'],
])('%s is refused: %s, %s', async (_what, part, wrong, message) => {
  expect(await outcomeOf(deploy.map((line) => line.replace(part, wrong)))).toContain(message)
})

test.concurrent.each([
  ['an unknown field', 's/ordinals:/ordinal:/', 'unknown field "spec.ordinal"'],
  ['a value of another type', 's/replicas: 1/replicas: one/', 'replicas must be integer'],
  ['a pod that may be root', 's/runAsNonRoot: true/runAsNonRoot: false/', 'runAsNonRoot != true'],
  ['an image that nobody pushed', 's/:0.1.0/:0.2.0/', 'ErrImagePull'],
  ['an absent ConfigMap', 's/^  name: watchpost-config/  name: other/', '"watchpost-config" not found'],
])('of the manifests, %s is refused: %s', async (_what, script, message) => {
  const changed = `kubectl kustomize examples/kubernetes | sed '${script}' | kubectl apply -f -`
  const lines = deploy.map((line) => (line.includes(' apply -k ') ? changed : line))
  expect(await outcomeOf(lines)).toContain(message)
})

/** What is said against the first that fails. */
async function outcomeOf(script: readonly string[]): Promise<string> {
  const { run } = await start()
  for (const line of script) {
    const { code, stderr } = await run(line).catch((error: unknown) => ({ code: 1, stderr: String(error) }))
    if (code !== 0) return stderr
  }
  return 'nothing'
}
