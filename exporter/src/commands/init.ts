// Writes a first configuration from what the health endpoints really answer.
import { stringify } from 'yaml'
import { readHealth } from '../collectors/services/health.ts'
import { probeHttp } from '../probes/http.ts'
import type { HttpOutcome } from '../probes/http.ts'
import type { Command } from './command.ts'

const timeoutSeconds = 5

export const init: Command = {
  name: 'init',
  summary: 'Asks health endpoints and writes a configuration for them to standard output.',
  positionals: 'URL…',
  flags: {},
  async run({ positionals, write, writeError, stop }) {
    const wrong = positionals.find((url) => !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    if (positionals.length === 0 || wrong !== undefined) {
      const got = wrong === undefined ? 'nothing' : JSON.stringify(wrong)
      writeError(`watchpost: init expects http(s) URLs of health endpoints, got ${got}\n`)
      return 2
    }
    const found = await Promise.all(positionals.map((url) => ask(url, stop)))
    for (const { url, problem } of found) if (problem) writeError(`${url}: ${problem}\n`)
    const services = nameApart(found).map(({ name, url, dependencies, judge_by }) => ({
      name,
      url,
      ...(judge_by ? { judge_by } : {}),
      ...(dependencies.length === 0 ? {} : { depends_on: dependencies }),
    }))
    write(`# Checked with: watchpost check --config.file=watchpost.yml\n${stringify({ services })}`)
    return found.some(({ problem }) => problem !== undefined) ? 1 : 0
  },
}

interface Found {
  readonly url: string
  readonly name: string
  readonly dependencies: readonly string[]
  readonly judge_by: 'status' | undefined
  readonly problem: string | undefined
}

async function ask(url: string, signal: AbortSignal): Promise<Found> {
  const outcome = await probeHttp({ url, timeoutSeconds, headers: { accept: 'application/json' } }, signal)
  const body = readBody(outcome)
  const health = readHealth(body)
  return {
    url,
    name: nameOf(url, body),
    dependencies: health?.dependencies ?? [],
    judge_by: outcome.failure === undefined && health === undefined ? 'status' : undefined,
    problem: problemOf(outcome, health),
  }
}

function readBody({ bodyText }: HttpOutcome): unknown {
  try {
    return JSON.parse(bodyText ?? '')
  } catch {
    return undefined
  }
}

function problemOf(outcome: HttpOutcome, health: unknown): string | undefined {
  if (outcome.failure) return `it could not be asked (${outcome.failure}): ${outcome.detail ?? ''}`
  if (health === undefined)
    return 'it answers, but not with a JSON object; so its status is all that will be judged'
  return undefined
}

/** What the service calls itself, else its host, else its port: something a person recognizes. */
function nameOf(url: string, body: unknown): string {
  const fields = (body ?? {}) as Readonly<Record<string, unknown>>
  const own = fields['service'] ?? fields['name'] ?? fields['service_name']
  const { hostname, port } = new URL(url)
  const isAddress = /^[\d.:[\]]+$/.test(hostname) || hostname === 'localhost'
  const text =
    typeof own === 'string' && own !== ''
      ? own
      : isAddress
        ? `service_${port || 'http'}`
        : (hostname.split('.')[0] ?? hostname)
  return text.toLowerCase().replaceAll(/[^a-z0-9_]+/g, '_')
}

/** Names must be unique, and may only depend on what is in the file. */
function nameApart(found: readonly Found[]): Found[] {
  const taken = new Set<string>()
  const named = found.map((one) => {
    let name = one.name
    for (let count = 2; taken.has(name); count += 1) name = `${one.name}_${count}`
    taken.add(name)
    return { ...one, name }
  })
  return named.map((one) => ({
    ...one,
    dependencies: one.dependencies.filter((name) => taken.has(name) && name !== one.name),
  }))
}
