// Actions that a program offers itself: one request, wholly fixed in the configuration.
import { z } from 'zod'
import { httpUrl, publicUrl } from '../../../exporter/src/schema/http-url.ts'
import { secretFile } from '../../../exporter/src/schema/secret.ts'
import { describeAnswer, exchange } from '../exchange.ts'
import { defineAction } from './action.ts'
import type { ActionKind, ActionName } from './action.ts'

const fields = z.object({
  url: httpUrl.describe('Where to ask for it.'),
  method: z.enum(['POST', 'PUT']).prefault('POST'),
  token_file: secretFile.optional().describe('Sent as the bearer token.'),
  body: z.string().max(65_536).optional().describe('JSON, sent as it is.'),
})

export const reconnectByHook = defineHook('reconnect_database', 'reconnect_hook')
export const clearCacheByHook = defineHook('clear_memory_cache', 'cache_hook')
export const retryByHook = defineHook('retry_failed_task', 'task_hook')

function defineHook(name: ActionName, type: string): ActionKind {
  return defineAction({
    name,
    type,
    fields,
    identify: ({ url, method, body = '' }) => `${method} ${url} ${body}`,
    plan: ({ url, method }) => Promise.resolve({ steps: [`${method} ${publicUrl(url)}`] }),
    async run({ url, method, token_file: token, body }, { signal, idempotencyKey }) {
      const answer = await exchange({
        url,
        method,
        signal,
        headers: {
          'idempotency-key': idempotencyKey,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token ? { authorization: `Bearer ${token.reveal()}` } : {}),
        },
        ...(body === undefined ? {} : { body }),
      })
      const said = `${method} ${publicUrl(url)}: ${describeAnswer(answer)}`
      if (answer.status < 200 || answer.status > 299) throw new Error(said)
      return [said]
    },
  })
}
