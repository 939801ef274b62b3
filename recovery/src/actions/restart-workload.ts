// restart_service of a Kubernetes workload: a rollout restart, which replaces its pods as its strategy allows.
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { httpUrl } from '../../../exporter/src/schema/http-url.ts'
import { readableFile, secretFile } from '../../../exporter/src/schema/secret.ts'
import { describeAnswer, exchange } from '../exchange.ts'
import { Refusal, defineAction } from './action.ts'
import type { Plan } from './action.ts'
import { kinds } from './workload.ts'
import type { KindName, Rollout } from './workload.ts'

const kubernetesName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'expected a name as Kubernetes has them')

const account = '/var/run/secrets/kubernetes.io/serviceaccount'

const fields = z.object({
  kind: z.enum(Object.keys(kinds) as [KindName, ...KindName[]]).prefault('Deployment'),
  workload: kubernetesName.describe('Its name.'),
  namespace: kubernetesName.prefault('default'),
  url: httpUrl.prefault('https://kubernetes.default.svc').describe('Of the API server.'),
  token_file: secretFile
    .prefault(`${account}/token`)
    .describe('Of an account that may get and patch this workload, and nothing else.'),
  ca_file: readableFile('the certificate of the cluster').optional().describe('As in ca.crt of the account.'),
})
type Target = z.output<typeof fields>

export const restartWorkload = defineAction({
  name: 'restart_service',
  type: 'kubernetes',
  fields,
  identify: ({ url, kind, namespace, workload }) => `${url} ${kind} ${namespace}/${workload}`,
  async plan(target, { signal }): Promise<Plan> {
    const { refusal, available } = await ask(target, signal)
    if (refusal !== undefined) return { refusal }
    return { steps: [`restart ${nameOf(target)} (${available} available)`] }
  },
  async run(target, { signal, now, idempotencyKey }) {
    const { refusal, resourceVersion } = await ask(target, signal)
    if (refusal !== undefined) throw new Refusal(refusal)
    const annotations = {
      'kubectl.kubernetes.io/restartedAt': new Date(now * 1000).toISOString(),
      'watchpost/attempt': idempotencyKey,
    }
    // The version makes the server refuse when somebody has changed it since.
    const { generation } = await ask(target, signal, {
      metadata: { resourceVersion },
      spec: { template: { metadata: { annotations } } },
    })
    await untilRolledOut(target, generation, signal)
    return [`restarted ${nameOf(target)}`]
  },
})

function nameOf({ kind, namespace, workload }: Target): string {
  return `${kind} ${namespace}/${workload}`
}

async function untilRolledOut(target: Target, generation: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const found = await ask(target, signal)
    if (found.generation >= generation && found.isDone) return
    await delay(500, undefined, { signal })
  }
}

async function ask(target: Target, signal: AbortSignal, patch?: object): Promise<Rollout> {
  const { url, kind, namespace, workload, token_file: token, ca_file: caFile } = target
  const answer = await exchange({
    url: `${url.replace(/\/+$/, '')}/apis/apps/v1/namespaces/${namespace}/${kinds[kind].plural}/${workload}`,
    signal,
    headers: {
      authorization: `Bearer ${token.reveal()}`,
      ...(patch ? { 'content-type': 'application/strategic-merge-patch+json' } : {}),
    },
    ...(patch ? { method: 'PATCH', body: JSON.stringify(patch) } : {}),
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') }),
  })
  if (answer.status !== 200) throw new Error(`${nameOf(target)}: ${describeAnswer(answer)}`)
  return kinds[kind].read(answer.json())
}
