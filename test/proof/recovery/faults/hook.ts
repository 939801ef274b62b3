// The actions that a program offers itself: each is asked for by one request, with a key.
import { startApp } from '../app.ts'
import { service } from './fault.ts'
import type { Fault } from './fault.ts'

const hooks = {
  cache_hook: 'clear_memory_cache',
  reconnect_hook: 'reconnect_database',
  task_hook: 'retry_failed_task',
} as const

/** An application that is ill until it is asked to do something about it. */
export async function illApplication(type: keyof typeof hooks): Promise<Fault> {
  let isIll = false
  const name = type.replace('_', '-')
  const app = await startApp({ isHealthy: () => !isIll, answer: () => (isIll = false) })
  return {
    name,
    action: hooks[type],
    target: { type, url: `${app.url}/cure`, body: '{"scope":"all"}' },
    ...service(name, app.url),
    breakIt: () => {
      isIll = true
      return Promise.resolve()
    },
    inspect: () => {
      const [hit, ...others] = app.hits
      if (others.length === 0 && hit?.path === '/cure' && hit.idempotencyKey) return Promise.resolve()
      throw new Error(`expected one request with a key, got ${JSON.stringify(app.hits)}`)
    },
    remove: () => app.close(),
  }
}
