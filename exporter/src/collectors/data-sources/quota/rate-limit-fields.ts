// The header fields RateLimit and RateLimit-Policy of the IETF's httpapi working group, in all forms they have had.
import type { QuotaClaim } from './quota.ts'
import { readReset } from './server-time.ts'

export type Headers = ReadonlyMap<string, readonly string[]>

interface Moment {
  readonly now: number
  readonly server: number
}

export function readRateLimitFields(headers: Headers, moment: Moment): QuotaClaim[] {
  const field = (name: string): string => headers.get(name)?.join(', ') ?? ''
  const items = parseList(field('ratelimit'))
  const policies = parseList(field('ratelimit-policy'))
  if (items.some(({ parameters }) => parameters.has('r'))) return readNamed(items, policies, moment)
  if (items.length > 0) return [readDraft7(items, moment)]
  return readDraft3(field, moment)
}

/** Since draft 8: `RateLimit: "minute";r=50;t=30` and `RateLimit-Policy: "minute";q=100;qu="requests";w=60`. */
function readNamed(items: readonly Item[], policies: readonly Item[], { now, server }: Moment): QuotaClaim[] {
  return items.map(({ name, parameters }) => {
    const policy = policies.find((each) => each.name === name)?.parameters
    return {
      policy: name,
      unit: policy?.get('qu')?.replaceAll('-', '_'),
      limit: number(policy?.get('q')),
      remaining: number(parameters.get('r')),
      resetAt: readReset(number(parameters.get('t')), now, server),
    }
  })
}

/** Draft 7: `RateLimit: limit=100, remaining=50, reset=30`. */
function readDraft7(items: readonly Item[], { now, server }: Moment): QuotaClaim {
  const given = (name: string): number | undefined => number(items.find((item) => item.name === name)?.value)
  return {
    limit: given('limit'),
    remaining: given('remaining'),
    resetAt: readReset(given('reset'), now, server),
  }
}

/** Drafts 0 to 6: RateLimit-Limit, -Remaining and -Reset, the limit perhaps with the policies behind it. */
function readDraft3(field: (name: string) => string, { now, server }: Moment): QuotaClaim[] {
  const remaining = number(parseList(field('ratelimit-remaining'))[0]?.name)
  const limit = number(parseList(field('ratelimit-limit'))[0]?.name)
  if (limit === undefined && remaining === undefined) return []
  const reset = number(parseList(field('ratelimit-reset'))[0]?.name)
  return [{ limit, remaining, resetAt: readReset(reset, now, server) }]
}

interface Item {
  /** The bare item, without its quotes. */
  readonly name: string
  /** Of `name=value`. */
  readonly value: string | undefined
  readonly parameters: ReadonlyMap<string, string>
}

const maxItems = 20

/** As much of a structured list (RFC 9651) as these fields use; what cannot be read is left out. */
function parseList(text: string): Item[] {
  return split(text, ',')
    .slice(0, maxItems)
    .map((member) => {
      const [head = '', ...rest] = split(member, ';')
      const [name = '', value] = split(head, '=')
      const parameters = rest
        .map((each) => split(each, '='))
        .map(([key = '', of = '']) => [key, unquote(of)] as const)
      return { name: unquote(name), value, parameters: new Map(parameters) }
    })
}

/** Splits outside of quotes. */
function split(text: string, separator: string): string[] {
  const parts: string[] = []
  let part = ''
  let isQuoted = false
  for (const sign of text) {
    if (sign === '"') isQuoted = !isQuoted
    if (sign === separator && !isQuoted) {
      parts.push(part.trim())
      part = ''
    } else part += sign
  }
  return [...parts, part.trim()].filter((each) => each !== '')
}

function unquote(text: string): string {
  return text.replace(/^"(.*)"$/, '$1').slice(0, 100)
}

function number(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined
}
