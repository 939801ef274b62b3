// What is known after an event: a fold. Nothing here reads a clock or a file.
import type { JournalEvent, Received } from './event.ts'
import { isUnderWay, memorySeconds } from './state.ts'
import type { Attempt, Episode, State } from './state.ts'

export function reduce(state: State, event: JournalEvent): State {
  switch (event.type) {
    case 'started':
      return { ...prune(state, event.at), startedAt: event.at, boot: event.boot }
    case 'clock_moved':
      return { ...shift(state, event.seconds), startedAt: event.at, boot: event.boot }
    case 'paused':
      return { ...state, paused: { actor: event.actor, at: event.at } }
    case 'resumed':
      return { ...state, paused: undefined }
    case 'received':
      return receive(prune(state, event.at), event)
    case 'checkpoint':
      return thaw(event.state)
    case 'intended':
    case 'rehearsed':
    case 'acted':
    case 'verified':
      return reduceAttempt(state, event)
    default:
      return withEpisode(state, event.episode, changeOf(event))
  }
}

type EpisodeEvent = Extract<JournalEvent, { type: 'closed' | 'approved' | 'escalated' | 'decided' }>

function changeOf(event: EpisodeEvent): Partial<Episode> {
  switch (event.type) {
    case 'closed':
      return { closed: { as: event.as, at: event.at } }
    case 'approved':
      return { approval: { actor: event.actor, at: event.at } }
    case 'escalated':
      return { escalated: event.reason }
    default:
      return { decision: event.decision, detail: event.detail, decided_at: event.at }
  }
}

type AttemptEvent = Extract<JournalEvent, { type: 'intended' | 'rehearsed' | 'acted' | 'verified' }>

function reduceAttempt(state: State, event: AttemptEvent): State {
  if (event.type === 'acted') {
    return withAttempt(state, event.attempt, { result: event.result, acted_at: event.at })
  }
  if (event.type === 'verified') {
    const { at, outcome } = event
    const policy = state.attempts.find(({ id }) => id === event.attempt)?.policy ?? ''
    const marks = [...state.marks, { policy, at, isGood: outcome === 'fixed' }]
    return withAttempt({ ...state, marks }, event.attempt, { outcome, verified_at: at })
  }
  const { attempt, episode, policy, action, target, at } = event
  const begun: Attempt = {
    id: attempt,
    episode,
    policy,
    action,
    target,
    at,
    isRehearsal: event.type === 'rehearsed',
    result: undefined,
    acted_at: undefined,
    outcome: undefined,
    verified_at: undefined,
  }
  // An approval is good for one attempt.
  const spent = withEpisode(state, episode, { approval: undefined })
  return { ...spent, attempts: [...state.attempts, begun] }
}

function receive(state: State, event: Received): State {
  const { episode: id, policy, target, fingerprint, starts_at, labels, at, recurs } = event
  const episode: Episode = {
    id,
    policy,
    target,
    fingerprint,
    starts_at,
    labels,
    received_at: at,
    clock_moved: 0,
    detail: '',
    decision: undefined,
    decided_at: undefined,
    approval: undefined,
    escalated: undefined,
    closed: undefined,
  }
  const marks = recurs ? [...state.marks, { policy, at, isGood: false }] : state.marks
  return { ...state, marks, episodes: new Map(state.episodes).set(id, episode) }
}

function withEpisode(state: State, id: string, change: Partial<Episode>): State {
  const episode = state.episodes.get(id)
  if (!episode) return state
  return { ...state, episodes: new Map(state.episodes).set(id, { ...episode, ...change }) }
}

function withAttempt(state: State, id: string, change: Partial<Attempt>): State {
  const attempts = state.attempts.map((attempt) => (attempt.id === id ? { ...attempt, ...change } : attempt))
  return { ...state, attempts }
}

/** As it would be had the clock always been as it is now: cooldowns and budgets last as long as they should. */
function shift(state: State, seconds: number): State {
  const moved = (at: number | undefined): number | undefined => (at === undefined ? undefined : at + seconds)
  const episodes = [...state.episodes.values()].map((episode) => ({
    ...episode,
    received_at: episode.received_at + seconds,
    clock_moved: episode.clock_moved + seconds,
    decided_at: moved(episode.decided_at),
    approval: episode.approval && { ...episode.approval, at: episode.approval.at + seconds },
    closed: episode.closed && { ...episode.closed, at: episode.closed.at + seconds },
  }))
  return {
    ...state,
    episodes: new Map(episodes.map((episode) => [episode.id, episode])),
    attempts: state.attempts.map((attempt) => ({
      ...attempt,
      at: attempt.at + seconds,
      acted_at: moved(attempt.acted_at),
      verified_at: moved(attempt.verified_at),
    })),
    marks: state.marks.map((mark) => ({ ...mark, at: mark.at + seconds })),
  }
}

function prune(state: State, now: number): State {
  const since = now - memorySeconds
  const isOld = ({ closed }: Episode): boolean => closed !== undefined && closed.at < since
  if (state.attempts.every(({ at }) => at >= since) && ![...state.episodes.values()].some(isOld)) return state
  return {
    ...state,
    episodes: new Map([...state.episodes].filter(([, episode]) => !isOld(episode))),
    // What is still under way is never forgotten.
    attempts: state.attempts.filter((attempt) => attempt.at >= since || isUnderWay(attempt)),
    marks: state.marks.filter(({ at }) => at >= since),
  }
}

/** As plain data, for a checkpoint. */
export function freeze(state: State): unknown {
  return { ...state, episodes: [...state.episodes.values()] }
}

function thaw(frozen: unknown): State {
  const { episodes, ...rest } = frozen as Omit<State, 'episodes'> & { readonly episodes: readonly Episode[] }
  // JSON leaves out what is undefined.
  return {
    ...rest,
    paused: rest.paused,
    boot: rest.boot,
    // What was written before clocks were watched has no such field.
    episodes: new Map(
      episodes.map((episode) => [episode.id, { ...episode, clock_moved: episode.clock_moved ?? 0 }]),
    ),
  }
}
