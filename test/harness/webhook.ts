// A real webhook: keeps the alerts that Alertmanager posts to it.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

export interface ReceivedAlert {
  readonly status: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  /** When it was received, in milliseconds of Unix time. */
  readonly at: number
}

export interface Webhook {
  readonly port: number
  readonly alerts: readonly ReceivedAlert[]
  close(): Promise<void>
}

export async function startWebhook(): Promise<Webhook> {
  const alerts: ReceivedAlert[] = []
  const keep = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = (await json(request)) as { readonly alerts: readonly Omit<ReceivedAlert, 'at'>[] }
    alerts.push(...body.alerts.map((alert) => ({ ...alert, at: Date.now() })))
    response.end()
  }
  const server = createServer((request, response) => void keep(request, response))
  // On every interface: it is called from containers.
  server.listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async (): Promise<void> => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return { port, alerts, close }
}
