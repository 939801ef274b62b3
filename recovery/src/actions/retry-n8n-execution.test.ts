import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { serveHttp } from '../../../exporter/src/probes/testing/servers.ts'
import { retryN8nExecution } from './retry-n8n-execution.ts'

interface Execution {
  readonly id: string
  readonly status: string
  readonly retryOf: string | null
  readonly retrySuccessId?: string
}

/** n8n with these executions, the newest first; a retry ends as `ends`. */
async function bind(executions: readonly Execution[], ends = 'success') {
  const requests: string[] = []
  const origin = await serveHttp((request, response) => {
    const { method, url = '', headers } = request
    const keys = [headers['x-n8n-api-key'], headers['idempotency-key']].flat()
    requests.push([method, url, ...keys.filter((key) => key !== undefined)].join(' '))
    const id = /executions\/(\d+)/.exec(url)?.[1]
    const found = executions.find((each) => each.id === id) ?? { id, status: ends, retryOf: '1' }
    const answer = id === undefined ? { data: executions.slice(0, 1) } : found
    response.end(JSON.stringify(method === 'POST' ? { id: '99', status: 'running', retryOf: id } : answer))
  })
  const directory = mkdtempSync(join(tmpdir(), 'watchpost-n8n-'))
  writeFileSync(join(directory, 'key'), 'key-of-n8n\n')
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const fields = { url: `${origin}/`, api_key_file: join(directory, 'key'), workflow: 'w1' }
  const action = retryN8nExecution.bind(retryN8nExecution.fields.parse(fields))
  return { action, requests }
}

const moment = () => ({ now: 0, signal: AbortSignal.timeout(5_000), idempotencyKey: 'attempt-1' })

test('the last execution is retried once, and its end is waited for', async () => {
  const { action, requests } = await bind([{ id: '5', status: 'error', retryOf: null }])
  expect(await action.run(moment())).toEqual(['retried execution 5: execution 99 ended with success'])
  expect(requests).toEqual([
    'GET /api/v1/executions?workflowId=w1&limit=1 key-of-n8n',
    'POST /api/v1/executions/5/retry key-of-n8n attempt-1',
    'GET /api/v1/executions/99 key-of-n8n',
  ])
})

test('a retry that fails again is no success', async () => {
  const { action } = await bind([{ id: '5', status: 'crashed', retryOf: null }], 'error')
  await expect(action.run(moment())).rejects.toThrow('execution 99 ended with error')
})

const chain: readonly Execution[] = [
  { id: '5', status: 'error', retryOf: '4' },
  { id: '4', status: 'error', retryOf: '3' },
  { id: '3', status: 'error', retryOf: '2' },
  { id: '2', status: 'error', retryOf: null },
]

test.each([
  ['there is none', [], 'workflow w1 has no executions'],
  [
    'the last one went well',
    [{ id: '5', status: 'success', retryOf: null }],
    'the last execution, 5, is success',
  ],
  ['it is under way', [{ id: '5', status: 'running', retryOf: null }], 'the last execution, 5, is running'],
  [
    'it was retried by hand',
    [{ id: '5', status: 'error', retryOf: null, retrySuccessId: '6' }],
    'execution 5 has been retried already',
  ],
  ['it is a retry of retries', chain, 'execution 5 is a retry of a retry, 2 deep'],
])('nothing is retried when %s', async (_what, executions, refusal) => {
  const { action, requests } = await bind(executions)
  expect(await action.plan(moment())).toEqual({ refusal })
  await expect(action.run(moment())).rejects.toThrow(refusal)
  expect(requests.filter((line) => line.startsWith('POST'))).toEqual([])
})
