// Alertmanager knows one address of recovery: what it posts there goes to every process that is being tried.
import { createServer } from 'node:http'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

export interface Relay {
  /** From now on this process hears what Alertmanager says. */
  add(url: string): void
  remove(url: string): void
  close(): Promise<void>
}

export async function openRelay(port: number): Promise<Relay> {
  const urls = new Set<string>()

  /** As one recovery process would: taken only if all of them have it. */
  async function passOn(authorization: string, body: string): Promise<number> {
    const headers = { 'content-type': 'application/json', authorization }
    const answers = await Promise.all(
      [...urls].map((url) =>
        fetch(`${url}/v1/alerts`, { method: 'POST', headers, body }).then(
          ({ status }) => status,
          // One that is being killed is asked no more; any other has to be told again.
          () => (urls.has(url) ? 503 : 202),
        ),
      ),
    )
    return answers.find((status) => status !== 202) ?? 202
  }

  const server = createServer((request, response) => {
    void text(request)
      .then((body) => passOn(request.headers.authorization ?? '', body))
      .then((status) => response.writeHead(status).end())
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    add: (url) => void urls.add(url),
    remove: (url) => void urls.delete(url),
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
