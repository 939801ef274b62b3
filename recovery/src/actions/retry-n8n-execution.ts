// retry_failed_task of n8n: the last execution of one workflow, when it failed, by n8n's public API.
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { httpUrl } from '../../../exporter/src/schema/http-url.ts'
import { secretFile } from '../../../exporter/src/schema/secret.ts'
import { describeAnswer, exchange } from '../exchange.ts'
import { Refusal, defineAction } from './action.ts'
import type { Plan } from './action.ts'

const fields = z.object({
  url: httpUrl.describe('Of n8n, without /api/v1.'),
  api_key_file: secretFile.describe('A key with execution:list, execution:read and execution:retry.'),
  workflow: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected the id of a workflow'),
  load_workflow: z
    .boolean()
    .prefault(false)
    .describe('Whether to run the workflow as it is saved now, and not as it was.'),
  max_chain: z.int().min(1).max(10).prefault(2).describe('How many retries of retries there may be.'),
})
type Target = z.output<typeof fields>

const id = z.union([z.string(), z.number()]).transform(String)
const execution = z.object({ id, status: z.string(), retryOf: id.nullish(), retrySuccessId: id.nullish() })
type Execution = z.output<typeof execution>

const failed = new Set(['error', 'crashed'])

export const retryN8nExecution = defineAction({
  name: 'retry_failed_task',
  type: 'n8n',
  fields,
  identify: ({ url, workflow }) => `${url} ${workflow}`,
  async plan(target, { signal }): Promise<Plan> {
    const found = await findRetryable(target, signal)
    if (typeof found === 'string') return { refusal: found }
    return { steps: [`retry execution ${found.id} of workflow ${target.workflow}`] }
  },
  async run(target, { signal, idempotencyKey }) {
    const found = await findRetryable(target, signal)
    if (typeof found === 'string') throw new Refusal(found)
    const url = `/executions/${encodeURIComponent(found.id)}/retry`
    const body = JSON.stringify({ loadWorkflow: target.load_workflow })
    const begun = execution.parse(await ask(target, url, { signal, body, idempotencyKey }))
    const ended = await untilEnded(target, begun, signal)
    if (ended.status !== 'success') throw new Error(`execution ${ended.id} ended with ${ended.status}`)
    return [`retried execution ${found.id}: execution ${ended.id} ended with ${ended.status}`]
  },
})

/** The last execution if it failed and may be retried, else why not. */
async function findRetryable(target: Target, signal: AbortSignal): Promise<Execution | string> {
  const page = await ask(target, `/executions?workflowId=${target.workflow}&limit=1`, { signal })
  const [last] = z.object({ data: z.array(execution) }).parse(page).data
  if (!last) return `workflow ${target.workflow} has no executions`
  if (!failed.has(last.status)) return `the last execution, ${last.id}, is ${last.status}`
  if (last.retrySuccessId !== null && last.retrySuccessId !== undefined) {
    return `execution ${last.id} has been retried already`
  }
  let length = 0
  for (let at: Execution = last; at.retryOf !== null && at.retryOf !== undefined; length += 1) {
    if (length >= target.max_chain) return `execution ${last.id} is a retry of a retry, ${length} deep`
    at = execution.parse(await ask(target, `/executions/${encodeURIComponent(at.retryOf)}`, { signal }))
  }
  return last
}

async function untilEnded(target: Target, begun: Execution, signal: AbortSignal): Promise<Execution> {
  let current = begun
  while (['new', 'running', 'waiting', 'unknown'].includes(current.status)) {
    await delay(500, undefined, { signal })
    current = execution.parse(await ask(target, `/executions/${encodeURIComponent(current.id)}`, { signal }))
  }
  return current
}

interface Request {
  readonly signal: AbortSignal
  /** Makes it a POST. */
  readonly body?: string
  readonly idempotencyKey?: string
}

async function ask(
  { url, api_key_file: key }: Target,
  path: string,
  { signal, body, idempotencyKey }: Request,
): Promise<unknown> {
  const answer = await exchange({
    url: `${url.replace(/\/+$/, '')}/api/v1${path}`,
    signal,
    headers: {
      'x-n8n-api-key': key.reveal(),
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    },
    ...(body === undefined ? {} : { method: 'POST', body }),
  })
  if (answer.status !== 200) throw new Error(`n8n ${path}: ${describeAnswer(answer)}`)
  return answer.json()
}
