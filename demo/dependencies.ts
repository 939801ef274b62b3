// Whether a service can use what it depends on: asked for real, each time, as a user of it would.
import { Client } from 'pg'
import { Agent, request } from 'undici'
import { databaseName, services } from './catalogue.ts'

export interface Check {
  readonly status: 'healthy' | 'warning' | 'error'
  readonly detail: string | undefined
}

/** Asks `target` on behalf of `from`. */
export type AskDependency = (from: string, target: string) => Promise<Check>

export interface Dependencies {
  readonly ask: AskDependency
  readonly close: () => Promise<void>
}

const healthy: Check = { status: 'healthy', detail: undefined }
const maxBodyBytes = 100_000

/** `addressOf` gives the URL to ask; for the database, that of its owner. */
export function createDependencies(addressOf: (target: string) => string, ca: string): Dependencies {
  // A connection of its own for each question: one kept from before would hide that the port is closed.
  const agent = new Agent({ pipelining: 0, connect: { ca } })
  return {
    ask(from, target) {
      const milliseconds = patience(from)
      const address = addressOf(target)
      if (target === databaseName) return askDatabase(address, from, milliseconds)
      return askHttp(address, agent, milliseconds)
    },
    close: () => agent.destroy(),
  }
}

/**
 * A service waits longer than what it asks waits in turn, so that the one nearest to the fault names it;
 * and longer than a slow answer takes, which makes it slow but not broken.
 */
function patience(from: string): number {
  return 2000 + 500 * (1 + depth(from))
}

function depth(name: string): number {
  const needs = services.find((service) => service.name === name)?.needs ?? []
  return Math.max(0, ...needs.map((need) => depth(need.name) + 1))
}

async function askDatabase(connectionString: string, name: string, milliseconds: number): Promise<Check> {
  const client = new Client({
    connectionString,
    application_name: name,
    connectionTimeoutMillis: milliseconds,
    query_timeout: milliseconds,
  })
  client.on('error', () => {
    // It is ended below; a server that stops in between is seen by the query.
  })
  try {
    await client.connect()
    await client.query('SELECT 1 FROM posts LIMIT 1')
    return healthy
  } catch (error) {
    return { status: 'error', detail: describe(error) }
  } finally {
    await client.end().catch(() => {})
  }
}

async function askHttp(url: string, dispatcher: Agent, milliseconds: number): Promise<Check> {
  try {
    const signal = AbortSignal.timeout(milliseconds)
    const answer = await request(url, { dispatcher, signal })
    const text = await answer.body.text()
    return judge(answer.statusCode, text.slice(0, maxBodyBytes))
  } catch (error) {
    return { status: 'error', detail: describe(error) }
  }
}

function judge(status: number, text: string): Check {
  if (status === 429) return { status: 'warning', detail: 'HTTP 429: quota exhausted' }
  if (status < 200 || status > 299) return { status: 'error', detail: `HTTP ${status}` }
  try {
    JSON.parse(text)
    return healthy
  } catch {
    return { status: 'error', detail: `HTTP ${status} with a body that is not JSON` }
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'no answer in time'
  return error.message || ('code' in error ? String(error.code) : error.name)
}
