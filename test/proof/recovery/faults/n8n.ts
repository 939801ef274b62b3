// retry_failed_task on a double of n8n.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startApp } from '../app.ts'
import { service } from './fault.ts'
import type { Fault } from './fault.ts'

/** A workflow whose last execution failed, as n8n's public API tells it. */
export async function failedWorkflow(directory: string): Promise<Fault> {
  const executions = [{ id: '1', status: 'success', retryOf: null as string | null }]
  const keyFile = join(directory, 'n8n-key')
  await writeFile(keyFile, 'key')
  const app = await startApp({
    isHealthy: () => executions.at(-1)?.status === 'success',
    answer(path, method) {
      const [, id = ''] = /^\/api\/v1\/executions\/(\d+)/.exec(path) ?? []
      if (method === 'POST')
        executions.push({ id: String(executions.length + 1), status: 'running', retryOf: id })
      const last = executions.at(-1)
      if (method === 'POST') return { ...last }
      // It takes until it is looked at.
      if (last?.status === 'running') last.status = 'success'
      return id === '' ? { data: [last], nextCursor: null } : executions.find((each) => each.id === id)
    },
  })
  return {
    name: 'workflow',
    action: 'retry_failed_task',
    target: { type: 'n8n', url: app.url, api_key_file: keyFile, workflow: 'w1' },
    ...service('workflow', app.url),
    breakIt: () => {
      executions.push({ id: '2', status: 'error', retryOf: null })
      return Promise.resolve()
    },
    inspect: () => {
      if (app.hits.length === 1) return Promise.resolve()
      throw new Error(`expected one retry, got ${app.hits.length}`)
    },
    remove: () => app.close(),
  }
}
