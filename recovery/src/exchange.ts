// One HTTP exchange with a part of our own system: no redirects, a size limit, one deadline.
import { Agent, request } from 'undici'

export interface Question {
  readonly url: string | URL
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
  /** A Unix socket in place of the host of the URL. */
  readonly socketPath?: string | undefined
  /** The authority that the peer's certificate must be from, where it is not one of the usual ones. */
  readonly ca?: string
}

export interface Answer {
  readonly status: number
  readonly header: (name: string) => string | undefined
  readonly text: string
  /** The body as JSON; throws where it is none. */
  readonly json: () => unknown
}

const maxBodyBytes = 8 * 1_048_576

export async function exchange(question: Question): Promise<Answer> {
  const { url, method = 'GET', headers, body, signal, socketPath, ca } = question
  const dispatcher = new Agent({
    maxResponseSize: maxBodyBytes,
    pipelining: 0,
    connect: { ...(socketPath === undefined ? {} : { socketPath }), ...(ca === undefined ? {} : { ca }) },
  })
  try {
    const response = await request(url, {
      method,
      dispatcher,
      signal,
      headers: { 'accept-encoding': 'identity', ...headers },
      ...(body === undefined ? {} : { body }),
    })
    const text = await response.body.text()
    return {
      status: response.statusCode,
      header: (name) => {
        const value = response.headers[name]
        return typeof value === 'string' ? value : value?.[0]
      },
      text,
      json: () => JSON.parse(text) as unknown,
    }
  } finally {
    // A deadline must not wait for a peer that does not say goodbye.
    await dispatcher.destroy()
  }
}

/** What an unexpected answer is called in a message: its status, and a little of what it says. */
export function describeAnswer({ status, text }: Answer): string {
  const said = text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim()
  return said === '' ? `status ${status}` : `status ${status}: ${said.slice(0, 200)}`
}
