// Words to the database of a scene, and questions.
import { Client } from 'pg'
import { setTimeout as delay } from 'node:timers/promises'
import { withClient } from '../../../demo/database/platform.ts'
import type { Scene } from './scene.ts'

const patienceSeconds = 60

/** As the role that owns the tables. */
export async function asOwner({ stack }: Scene, statement: string): Promise<void> {
  await withClient(ownerUrl(stack.fleet.databaseUrl), (client) => client.query(statement))
}

/** Until the question has the answer `ok`. */
export async function untilRow({ stack }: Scene, question: string): Promise<void> {
  const deadline = Date.now() + patienceSeconds * 1000
  await withClient(ownerUrl(stack.fleet.databaseUrl), async (client) => {
    while (Date.now() < deadline) {
      const { rows } = await client.query<{ ok: boolean | null }>(question)
      if (rows[0]?.ok) return
      await delay(100)
    }
    throw new Error(`not so within ${patienceSeconds} s: ${question}`)
  })
}

/** Takes every connection but a few; resolves to what gives them back. */
export async function holdConnections({ stack }: Scene, left: number): Promise<() => Promise<void>> {
  const held: Client[] = []
  try {
    for (;;) {
      const client = new Client({
        connectionString: ownerUrl(stack.fleet.databaseUrl),
        application_name: 'leak',
      })
      client.on('error', () => {})
      await client.connect()
      held.push(client)
    }
  } catch (error) {
    if ((error as { readonly code?: string }).code !== '53300') throw error
  }
  await Promise.all(held.splice(0, left).map((client) => client.end()))
  return async () => void (await Promise.all(held.map((client) => client.end())))
}

function ownerUrl(url: string): string {
  const owner = new URL(url)
  owner.username = 'platform'
  owner.password = 'platform'
  return owner.href
}
