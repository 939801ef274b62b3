// restart_service of a Kubernetes Deployment: a rollout restart, which replaces its pods as its strategy allows.
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { httpUrl } from '../../../exporter/src/schema/http-url.ts'
import { readableFile, secretFile } from '../../../exporter/src/schema/secret.ts'
import { describeAnswer, exchange } from '../exchange.ts'
import { Refusal, defineAction } from './action.ts'
import type { Plan } from './action.ts'

const kubernetesName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'expected a name as Kubernetes has them')

const account = '/var/run/secrets/kubernetes.io/serviceaccount'

const fields = z.object({
  deployment: kubernetesName,
  namespace: kubernetesName.prefault('default'),
  url: httpUrl.prefault('https://kubernetes.default.svc').describe('Of the API server.'),
  token_file: secretFile
    .prefault(`${account}/token`)
    .describe('Of an account that may get and patch this Deployment, and nothing else.'),
  ca_file: readableFile('the certificate of the cluster').optional().describe('As in ca.crt of the account.'),
})
type Target = z.output<typeof fields>

const deployment = z.object({
  metadata: z.object({ generation: z.number(), resourceVersion: z.string() }),
  spec: z.object({ replicas: z.number().prefault(1), paused: z.boolean().prefault(false) }),
  status: z.object({
    observedGeneration: z.number().prefault(0),
    replicas: z.number().prefault(0),
    updatedReplicas: z.number().prefault(0),
    availableReplicas: z.number().prefault(0),
  }),
})
type Deployment = z.output<typeof deployment>

export const restartDeployment = defineAction({
  name: 'restart_service',
  type: 'kubernetes',
  fields,
  identify: ({ url, namespace, deployment: name }) => `${url} ${namespace}/${name}`,
  async plan(target, { signal }): Promise<Plan> {
    const found = await ask(target, signal)
    const refusal = whyNot(found)
    if (refusal !== undefined) return { refusal }
    return { steps: [`restart ${nameOf(target)} (${found.status.availableReplicas} available)`] }
  },
  async run(target, { signal, now, idempotencyKey }) {
    const before = await ask(target, signal)
    const refusal = whyNot(before)
    if (refusal !== undefined) throw new Refusal(refusal)
    const annotations = {
      'kubectl.kubernetes.io/restartedAt': new Date(now * 1000).toISOString(),
      'watchpost/attempt': idempotencyKey,
    }
    // The version makes the server refuse when somebody has changed it since.
    const patched = await ask(target, signal, {
      metadata: { resourceVersion: before.metadata.resourceVersion },
      spec: { template: { metadata: { annotations } } },
    })
    await untilRolledOut(target, patched.metadata.generation, signal)
    return [`restarted ${nameOf(target)}`]
  },
})

function nameOf({ namespace, deployment: name }: Target): string {
  return `deployment ${namespace}/${name}`
}

function whyNot({ metadata, spec, status }: Deployment): string | undefined {
  if (spec.paused) return 'its rollout is paused'
  if (spec.replicas === 0) return 'it is scaled to zero'
  const isRolling = status.observedGeneration < metadata.generation || status.updatedReplicas < spec.replicas
  return isRolling ? 'a rollout is under way' : undefined
}

async function untilRolledOut(target: Target, generation: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { spec, status } = await ask(target, signal)
    const { observedGeneration, replicas, updatedReplicas, availableReplicas } = status
    const isNew = observedGeneration >= generation && updatedReplicas >= spec.replicas
    if (isNew && replicas === updatedReplicas && availableReplicas >= spec.replicas) return
    await delay(500, undefined, { signal })
  }
}

async function ask(target: Target, signal: AbortSignal, patch?: object): Promise<Deployment> {
  const { url, namespace, deployment: name, token_file: token, ca_file: caFile } = target
  const answer = await exchange({
    url: `${url.replace(/\/+$/, '')}/apis/apps/v1/namespaces/${namespace}/deployments/${name}`,
    signal,
    headers: {
      authorization: `Bearer ${token.reveal()}`,
      ...(patch ? { 'content-type': 'application/strategic-merge-patch+json' } : {}),
    },
    ...(patch ? { method: 'PATCH', body: JSON.stringify(patch) } : {}),
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') }),
  })
  if (answer.status !== 200) throw new Error(`${nameOf(target)}: ${describeAnswer(answer)}`)
  return deployment.parse(answer.json())
}
