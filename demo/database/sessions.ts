// Database sessions that are opened to do harm, and all ended together.
import { Client } from 'pg'

const tooManyConnections = '53300'
const maxSessions = 1000

export interface Sessions {
  /** A transaction of `application` that nobody ends keeps writers out of `posts`, and one writer waits; readers still get in. */
  readonly block: (application: string) => Promise<void>
  /** Takes every connection that the server has to give. */
  readonly fill: () => Promise<void>
  readonly end: () => Promise<void>
}

export function createSessions(connectionString: string): Sessions {
  let clients: Client[] = []

  async function open(applicationName: string): Promise<Client> {
    const client = new Client({ connectionString, application_name: applicationName })
    client.on('error', () => {
      // The server may stop under it; then the session is gone, as it would be by healing.
    })
    await client.connect()
    clients.push(client)
    return client
  }

  return {
    async block(application) {
      const blocker = await open(application)
      await blocker.query('BEGIN')
      await blocker.query('LOCK TABLE posts IN SHARE ROW EXCLUSIVE MODE')
      const victim = await open('posting_service')
      victim.query('UPDATE posts SET state = state WHERE id = 1').catch(() => {
        // It waits until it is healed, which ends its session.
      })
    },
    async fill() {
      try {
        while (clients.length < maxSessions) await open('leak')
      } catch (error) {
        if ((error as { readonly code?: string }).code !== tooManyConnections) throw error
      }
    },
    async end() {
      const held = clients
      clients = []
      // One that was ended from outside has nobody to say goodbye to.
      await Promise.all(held.map((client) => client.end().catch(() => {})))
    },
  }
}
