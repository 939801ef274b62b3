// A service behind TLS whose certificate and answer can be changed while it runs.
import { once } from 'node:events'
import { createServer } from 'node:https'
import { writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createIdentity } from '../../../demo/certificate.ts'

export interface Gateway {
  /** The entry of watchpost.yml. */
  readonly config: object
  readonly setQueueLength: (length: number) => void
  /** Its certificate has lived for 80 days and ends in so many. */
  readonly setCertificateDays: (days: number) => void
  readonly close: () => Promise<void>
}

const dayMilliseconds = 86_400_000

export async function openGateway(directory: string): Promise<Gateway> {
  const authority = createIdentity({ name: 'authority', isAuthority: true })
  const caFile = join(directory, 'authority.pem')
  await writeFile(caFile, authority.cert)
  const issue = (days: number) => {
    const notBefore = new Date(Date.now() - 80 * dayMilliseconds)
    const notAfter = new Date(Date.now() + days * dayMilliseconds)
    const { cert, key } = createIdentity({
      name: 'gateway',
      issuer: authority,
      hosts: ['127.0.0.1'],
      notBefore,
      notAfter,
    })
    return { cert, key }
  }
  let queueLength = 12
  const startedAt = performance.now()
  const server = createServer(issue(60), (_, response) => {
    const body = {
      status: 'healthy',
      uptime: (performance.now() - startedAt) / 1000,
      queue: { length: queueLength },
    }
    response.setHeader('connection', 'close')
    response.end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    config: {
      name: 'gateway',
      url: `https://127.0.0.1:${port}/health`,
      tls: { ca_file: caFile },
      assert: [{ name: 'queue_is_short', path: '$.queue.length', below: 1000, severity: 'warning' }],
    },
    setQueueLength: (length) => void (queueLength = length),
    setCertificateDays: (days) => server.setSecureContext(issue(days)),
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
