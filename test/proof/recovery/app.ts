// A program that says whether it is well, and takes a request to make it so, as a service with a hook does.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { listen } from '../../harness/listen.ts'

interface Hit {
  readonly path: string
  readonly idempotencyKey: string | undefined
}

export interface App {
  readonly url: string
  /** Requests that change something. */
  readonly hits: readonly Hit[]
  close(): Promise<void>
}

interface AppOptions {
  readonly isHealthy: () => boolean | Promise<boolean>
  /** Answers what is neither its health nor its metrics; the JSON that it gives is sent. */
  readonly answer?: (path: string, method: string) => unknown
}

export async function startApp({ isHealthy, answer }: AppOptions): Promise<App> {
  const hits: Hit[] = []
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { url: path = '', method = '' } = request
    if (path === '/health') {
      const isWell = await isHealthy()
      response.statusCode = isWell ? 200 : 503
      response.end(JSON.stringify({ status: isWell ? 'healthy' : 'error' }))
      return
    }
    const idempotencyKey = request.headers['idempotency-key']
    if (method === 'POST') hits.push({ path, idempotencyKey: [idempotencyKey].flat()[0] })
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify((await answer?.(path, method)) ?? {}))
  }
  const { url, stop } = await listen((request, response) => {
    respond(request, response).catch(() => response.destroy())
  })
  return { url, hits, close: stop }
}
