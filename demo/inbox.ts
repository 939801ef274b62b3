// Somebody who is told: a webhook that keeps what Alertmanager sends it.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

export interface Message {
  readonly status: 'firing' | 'resolved'
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

export interface Inbox {
  readonly url: string
  readonly messages: readonly Message[]
  readonly close: () => Promise<void>
}

export async function openInbox(): Promise<Inbox> {
  const messages: Message[] = []
  const server = createServer((request, response) => {
    void json(request).then(
      (body) => {
        messages.push(...(body as { readonly alerts: readonly Message[] }).alerts)
        response.end()
      },
      // Not JSON, so not from Alertmanager.
      () => response.writeHead(400).end(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    messages,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
