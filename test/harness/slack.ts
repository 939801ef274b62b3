// What answers as Slack's incoming webhooks do, and keeps what it is sent.
import { text as read } from 'node:stream/consumers'
import { listen } from './listen.ts'

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
  const { url, stop } = await listen((request, response) => {
    void read(request).then((body) => {
      messages.push({ ...(JSON.parse(body) as Omit<SlackMessage, 'at'>), at: Date.now() })
      response.setHeader('content-type', reply.startsWith('{') ? 'application/json' : 'text/plain')
      response.end(reply)
    })
  })
  return { url: `${url}/services/x`, messages, reply: (next) => void (reply = next), close: stop }
}
