// What answers as Slack's incoming webhooks do, and keeps what it is sent.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as read } from 'node:stream/consumers'

export interface SlackMessage {
  readonly attachments: readonly Readonly<Record<string, string>>[]
  /** When it was received, in milliseconds of Unix time. */
  readonly at: number
}

export interface Slack {
  readonly url: string
  readonly messages: readonly SlackMessage[]
  /** What it says from now on. */
  reply(text: string): void
  close(): Promise<void>
}

/** Says `text` to every message: `ok`, or why not. */
export async function startSlack(text = 'ok'): Promise<Slack> {
  const messages: SlackMessage[] = []
  let reply = text
  const server = createServer((request, response) => {
    void read(request).then((body) => {
      messages.push({ ...(JSON.parse(body) as Omit<SlackMessage, 'at'>), at: Date.now() })
      response.setHeader('content-type', reply.startsWith('{') ? 'application/json' : 'text/plain')
      response.end(reply)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async (): Promise<void> => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return { url: `http://127.0.0.1:${port}/services/x`, messages, reply: (next) => void (reply = next), close }
}
