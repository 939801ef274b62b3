// Words to the database of a scene, and questions.
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

function ownerUrl(url: string): string {
  const owner = new URL(url)
  owner.username = 'platform'
  owner.password = 'platform'
  return owner.href
}
