// What could be measured and demanded of a health body, guessed from one answer. A person has the last word.
import { readMoment } from '../../collectors/judgement/moment.ts'
import { literal } from './draft.ts'

export interface Proposal {
  readonly values: Readonly<Record<string, object>>
  readonly assert: readonly object[]
}

/** What the health contract reads by itself, and what says nothing over time. */
const known: ReadonlySet<string> = new Set(
  (
    'status uptime memory_usage cpu_usage request_count error_count dependencies ' +
    'service name service_name version timestamp time now date port pid'
  ).split(' '),
)

const maxDepth = 4
const maxProposals = 20

/** `now` in Unix seconds. `isOddStatus`: the body has a status that the health contract does not know. */
export function propose(body: unknown, now: number, isOddStatus = false): Proposal {
  const leaves = [...leavesOf(body, [])].filter(({ keys }) => keys.length > 1 || !known.has(keys[0] ?? ''))
  const found = leaves.map((leaf) => ({ name: nameOf(leaf.keys), ...read(leaf, now) }))
  const values = found.flatMap(({ name, value }) =>
    value ? [[value.name ?? name, value.rule] as const] : [],
  )
  const assert = found.flatMap(({ name, demand }) =>
    demand ? [{ name: `${name}_${demand.says}`, ...demand.rule }] : [],
  )
  const status = isOddStatus ? [{ name: 'status', path: '$.status', equals: statusOf(body) }] : []
  return {
    values: Object.fromEntries(values.filter(([name]) => isValueName(name)).slice(0, maxProposals)),
    assert: [...status, ...distinct(assert)].slice(0, maxProposals),
  }
}

interface Leaf {
  readonly keys: readonly string[]
  readonly value: unknown
}

function* leavesOf(value: unknown, keys: readonly string[]): Generator<Leaf> {
  const isMap = value !== null && typeof value === 'object' && !Array.isArray(value)
  if (!isMap) {
    if (keys.length > 0) yield { keys, value }
    return
  }
  if (keys.length >= maxDepth) return
  for (const [key, inner] of Object.entries(value)) {
    // Nobody would write a path with anything else in it.
    if (/^[^\p{Cc}\p{Cs}]+$/u.test(key)) yield* leavesOf(inner, [...keys, key])
  }
}

interface Reading {
  readonly value?: { readonly name?: string; readonly rule: object }
  readonly demand?: { readonly says: string; readonly rule: object }
}

function read({ keys, value }: Leaf, now: number): Reading {
  const key = keys.at(-1) ?? ''
  const path = pathOf(keys)
  if (Array.isArray(value)) return { value: { rule: { path, type: 'count' } } }
  if (typeof value === 'boolean') return value && isGood(key) ? equal(path, value, 'holds') : {}
  const moment = isMoment(key, value) ? readMoment(value) : undefined
  if (moment !== undefined) return readTime({ key, path, moment }, now)
  if (typeof value === 'string')
    return isGood(value) ? equal(path, literal(value), `is_${nameOf([value])}`) : {}
  return typeof value === 'number' && Number.isFinite(value) ? readNumber(keys, path, value) : {}
}

const goodWords =
  /^(?:healthy|ok|up|pass|passing|serving|alive|live|running|connected|ready|available|online|active)$/i

function isGood(word: string): boolean {
  return goodWords.test(word)
}

function equal(path: string, value: string | boolean, says: string): Reading {
  return { demand: { says, rule: { path, equals: value } } }
}

const eventKey = /(?:_at|_time|_timestamp|_ts|At|Time|Timestamp)$|^(?:last|next)/
const earliest = 946_684_800 // the year 2000, before which no service of today did anything

function isMoment(key: string, value: unknown): boolean {
  const moment = readMoment(value)
  if (moment === undefined || moment < earliest || moment > 4 * earliest) return false
  return typeof value === 'string' || eventKey.test(key)
}

const ages = [
  ['1h', 3_600],
  ['6h', 21_600],
  ['1d', 86_400],
  ['7d', 604_800],
  ['30d', 2_592_000],
] as const

/** What was lately is to be so again: in twice the time, rounded up. */
function readTime(
  { key, path, moment }: { readonly key: string; readonly path: string; readonly moment: number },
  now: number,
): Reading {
  const value = { rule: { path, type: 'timestamp' } }
  const age = now - moment
  const limit = /last|latest|recent|sync/i.test(key)
    ? ages.find(([, seconds]) => seconds >= age * 2)
    : undefined
  if (!limit || age < 0) return { value }
  return {
    value,
    demand: { says: 'is_recent', rule: { path, age: { below: limit[0] }, severity: 'warning' } },
  }
}

const units = [
  { ending: /_(?:ms|millis|milliseconds)$/, scale: 0.001, unit: 'seconds' },
  { ending: /_(?:percent|pct|percentage)$/, scale: 0.01, unit: 'ratio' },
] as const

/** In place of the fields of the contract, for services that call them otherwise. */
const contract = [
  ['uptime', /^uptime_?(?:s|sec|seconds)$/],
  ['memory', /^mem(?:ory)?_(?:percent|pct|usage_percent|used_percent)$/],
  ['cpu', /^cpu_(?:percent|pct|usage_percent|used_percent)$/],
  ['requests', /^(?:requests|requests_total|total_requests|http_requests_total)$/],
  ['errors', /^(?:errors|errors_total|total_errors|http_errors_total)$/],
] as const

function readNumber(keys: readonly string[], path: string, value: number): Reading {
  const name = nameOf(keys)
  const own = contract.find(([, pattern]) => pattern.test(name))?.[0]
  if (own) return { value: { name: own, rule: { path } } }
  if (/(?:^|_)(?:total|count_total)(?:_|$)/.test(name) && value >= 0)
    return { value: { name: name.replace(/_total$/, ''), rule: { path, type: 'counter' } } }
  const unit = units.find(({ ending }) => ending.test(name))
  if (unit)
    return { value: { name: name.replace(unit.ending, `_${unit.unit}`), rule: { path, scale: unit.scale } } }
  if (!/(?:^|_)(?:queue|queued|backlog|pending|lag|depth|waiting)(?:_|$)/.test(name))
    return { value: { rule: { path } } }
  // Ten times what it is now, in round numbers.
  const limit = Math.max(100, 10 ** Math.ceil(Math.log10(Math.max(1, Math.min(value, 1e12) * 10))))
  return {
    value: { rule: { path } },
    demand: { says: 'is_low', rule: { path, below: limit, severity: 'warning' } },
  }
}

function pathOf(keys: readonly string[]): string {
  const parts = keys.map((key) =>
    /^[A-Za-z_]\w*$/.test(key)
      ? `.${key}`
      : `['${literal(key.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`))}']`,
  )
  return `$${parts.join('')}`
}

function nameOf(keys: readonly string[]): string {
  const text = keys.join('_').replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
  return text
    .toLowerCase()
    .replaceAll(/[^a-z\d]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
}

function isValueName(name: string): boolean {
  return /^[a-z][a-z\d_]{0,62}$/.test(name)
}

function distinct<T extends { readonly name: string }>(all: readonly T[]): T[] {
  const seen = new Set<string>()
  return all.filter(({ name }) => !seen.has(name) && seen.add(name))
}

function statusOf(body: unknown): unknown {
  const { status } = body as { readonly status: unknown }
  return typeof status === 'string' ? literal(status) : status
}
