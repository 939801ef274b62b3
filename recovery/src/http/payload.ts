// What Alertmanager posts, version 4 of its webhook, and which of it is news.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Config } from '../config/load.ts'
import { matchesAll } from '../matcher.ts'
import type { JournalEvent } from '../state/event.ts'
import { reduce } from '../state/reduce.ts'
import { openEpisodes } from '../state/state.ts'
import type { Episode, State } from '../state/state.ts'

const maxLabelLength = 1_024
const labelText = z.string().max(maxLabelLength)

const alert = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: z
    .record(labelText, labelText)
    .refine((labels) => Object.keys(labels).length <= 64, 'expected at most 64 labels'),
  startsAt: z.iso.datetime({ offset: true }),
  fingerprint: z.string().regex(/^[0-9a-f]{16}$/),
})
export type Alert = z.output<typeof alert>

/** Keys that are not named here are Alertmanager's to add. */
export const payload = z.object({
  version: z.literal('4'),
  alerts: z.array(alert).max(10_000),
  truncatedAlerts: z.int().min(0).prefault(0),
})

export const alertKinds = ['new', 'duplicate', 'resolved', 'unmatched', 'test'] as const
export type Kind = (typeof alertKinds)[number]

interface Sorted {
  readonly events: readonly JournalEvent[]
  readonly kinds: readonly Kind[]
  /** More is open than can be kept an eye on. */
  readonly isFull: boolean
}

/** Far more than a person could look after. */
const maxOpen = 1_000

/** Alert labels choose a policy and nothing else; what no policy is for leaves no trace but a count. */
export function sortAlerts(alerts: readonly Alert[], config: Config, before: State, now: number): Sorted {
  const events: JournalEvent[] = []
  const kinds: Kind[] = []
  let state = before
  let open = openEpisodes(state).length
  for (const given of alerts) {
    const { kind, event } = sortAlert(given, config, state, now)
    kinds.push(kind)
    if (!event) continue
    open += event.type === 'received' ? 1 : -1
    if (open > maxOpen) return { events, kinds, isFull: true }
    events.push(event)
    state = reduce(state, event)
  }
  return { events, kinds, isFull: false }
}

interface Sorting {
  readonly kind: Kind
  readonly event?: JournalEvent
}

function sortAlert(given: Alert, config: Config, state: State, now: number): Sorting {
  if ('watchpost_channel_test' in given.labels) return { kind: 'test' }
  const policy = config.settings.policies.find(({ matchers }) => matchesAll(matchers, given.labels))
  if (!policy) return { kind: 'unmatched' }
  const startsAt = Math.floor(Date.parse(given.startsAt)) / 1000
  const id = episodeId(policy.name, given.fingerprint, startsAt)
  const known = state.episodes.get(id)
  if (given.status === 'resolved') {
    if (!known || known.closed) return { kind: 'duplicate' }
    return { kind: 'resolved', event: { type: 'closed', at: now, episode: id, as: 'resolved' } }
  }
  if (known && !isBack(known, now, config.settings.limits.max_age)) return { kind: 'duplicate' }
  const event: JournalEvent = {
    type: 'received',
    at: now,
    episode: id,
    policy: policy.name,
    target: policy.target,
    fingerprint: given.fingerprint,
    starts_at: startsAt,
    labels: given.labels,
    recurs: recurs(policy, state, now),
  }
  return { kind: 'new', event }
}

function episodeId(policy: string, fingerprint: string, startsAt: number): string {
  const text = JSON.stringify([policy, fingerprint, startsAt])
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}

/** Still announced long after it was thought to be over: it is not. */
function isBack({ closed }: Episode, now: number, maxAge: number): boolean {
  return closed !== undefined && closed.as !== 'rehearsed' && now - closed.at > maxAge
}

function recurs(policy: { name: string; recurrence: number }, state: State, now: number): boolean {
  return state.attempts.some(
    ({ policy: by, outcome, verified_at: at }) =>
      by === policy.name && outcome === 'fixed' && at !== undefined && now - at < policy.recurrence,
  )
}
