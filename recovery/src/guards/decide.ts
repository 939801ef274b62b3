// Whether an open episode may be acted on now: the guards in their order, the first that objects wins.
import { openSlots } from '../../../exporter/src/schema/cron.ts'
import type { Labels } from '../../../exporter/src/metrics/metric.ts'
import { modeOf } from '../config/load.ts'
import type { Config } from '../config/load.ts'
import type { Policy } from '../config/schema.ts'
import { matchesAll } from '../matcher.ts'
import type { Decision } from '../state/event.ts'
import { isUnderWay } from '../state/state.ts'
import type { Attempt, Episode, State } from '../state/state.ts'
import { breakerState } from './breaker.ts'
import type { Evidence } from './evidence.ts'

export interface Case {
  readonly config: Config
  readonly policy: Policy
  readonly state: State
  readonly episode: Episode
  readonly evidence: Evidence
}

export interface Verdict {
  readonly decision: Decision
  readonly detail: string
}

interface Guard {
  readonly decision: Decision
  /** Why not, or undefined where there is no objection. */
  readonly object: (given: Case) => string | undefined
}

/** Older samples say nothing of now. */
const maxEvidenceAgeSeconds = 120

const guards: readonly Guard[] = [
  { decision: 'stale', object: isStale },
  { decision: 'not_corroborated', object: isUncorroborated },
  { decision: 'kill_switch', object: isPaused },
  { decision: 'mode_off', object: (given) => (modeIs(given, 'off') ? 'the mode is off' : undefined) },
  { decision: 'startup_hold', object: isStarting },
  { decision: 'maintenance', object: isMaintained },
  { decision: 'silenced', object: isSilenced },
  { decision: 'breaker_open', object: isBroken },
  { decision: 'dependency_down', object: isDependent },
  { decision: 'blast_radius', object: isWidespread },
  { decision: 'too_young', object: isYoung },
  { decision: 'cooldown', object: isCooling },
  { decision: 'attempts_exhausted', object: isExhausted },
  { decision: 'budget', object: isOverBudget },
  { decision: 'concurrency', object: isBusy },
  { decision: 'awaiting_approval', object: isUnapproved },
]

export function decide(given: Case): Verdict {
  for (const { decision, object } of guards) {
    const detail = object(given)
    if (detail !== undefined) return { decision, detail }
  }
  return modeIs(given, 'dry_run')
    ? { decision: 'rehearse', detail: 'dry run' }
    : { decision: 'act', detail: 'no guard objects' }
}

function modeIs({ config, policy }: Case, mode: string): boolean {
  return modeOf(config.settings, policy) === mode
}

/** Only what waited before it was first looked at: later looks have evidence of their own. */
function isStale({ config, episode, evidence: { now } }: Case): string | undefined {
  const age = now - episode.received_at
  const isLate = episode.decision === undefined && age > config.settings.limits.max_age
  return isLate ? `it was received ${Math.round(age)} s ago` : undefined
}

function isUncorroborated({ policy, episode, evidence }: Case): string | undefined {
  const { alerts, announced, ageSeconds, clockOffsetSeconds: offset, isHealthy } = evidence
  if (!announced) return 'Alertmanager could not be asked'
  if (!findAnnounced(announced, episode)) return 'Alertmanager has no such alert'
  if (!alerts) return 'Prometheus could not be asked'
  const isFiring = alerts.some(
    ({ state, labels }) =>
      state === 'firing' && isPartOf(labels, episode.labels) && matchesAll(policy.matchers, labels),
  )
  if (!isFiring) return 'Prometheus has no such alert firing'
  if (ageSeconds === undefined || ageSeconds > maxEvidenceAgeSeconds) return 'the samples are too old'
  if (offset === undefined || Math.abs(offset) > maxEvidenceAgeSeconds) {
    return 'the clock here and that of Prometheus differ'
  }
  if (isHealthy === undefined) return 'whether it is healthy could not be learnt'
  return isHealthy ? 'it is healthy' : undefined
}

function findAnnounced(announced: NonNullable<Evidence['announced']>, episode: Episode) {
  return announced.find(
    ({ fingerprint, startsAt }) =>
      fingerprint === episode.fingerprint && Math.abs(startsAt - episode.starts_at) < 0.002,
  )
}

/** Prometheus adds its external labels on the way to Alertmanager, so its own are a part of those received. */
function isPartOf(part: Labels, whole: Labels): boolean {
  return Object.entries(part).every(([label, value]) => value === '' || whole[label] === value)
}

function isPaused({ state, evidence }: Case): string | undefined {
  if (evidence.isPausedByFile) return 'the file paused is there'
  return state.paused ? `paused by ${state.paused.actor}` : undefined
}

function isStarting({ config, state, evidence: { now } }: Case): string | undefined {
  const left = state.startedAt + config.settings.limits.startup_hold - now
  return left > 0 ? 'it has only just started' : undefined
}

function isMaintained({ config, policy, evidence: { now } }: Case): string | undefined {
  for (const { cron, timezone, for: length, targets } of config.settings.maintenance) {
    if (targets && !targets.includes(policy.target)) continue
    const begun = openSlots(cron, timezone).previous(now)
    if (begun !== undefined && now < begun + length) return `maintenance window ${cron} ${timezone}`
  }
  return undefined
}

function isSilenced({ episode, evidence }: Case): string | undefined {
  const alert = findAnnounced(evidence.announced ?? [], episode)
  return alert?.isSuppressed === false ? undefined : 'Alertmanager has it silenced, inhibited or muted'
}

function isBroken({ policy, state, evidence }: Case): string | undefined {
  const open = breakerState(policy, state.marks, evidence.now) === 'open'
  return open ? `${policy.breaker.failures} attempts did not help or did not last` : undefined
}

/** What was last asked before the fault began may be its cause. */
function isDependent({ policy, episode, evidence: { targetsUp, askedAt } }: Case): string | undefined {
  const down = policy.depends_on.find((name) => targetsUp?.get(name) !== true)
  if (down !== undefined) return `its dependency ${down} is not up`
  const unasked = policy.depends_on.find((name) => (askedAt.get(name) ?? 0) < episode.starts_at)
  return unasked === undefined ? undefined : `its dependency ${unasked} was not asked since it began`
}

/** Alerts that are only pending count too: of a storm, some alerts are always the first. */
function isWidespread({ config, evidence: { alerts, targetsUp } }: Case): string | undefined {
  const { targets, share } = config.settings.limits.blast_radius
  const concerned = (alerts ?? []).filter(({ labels }) =>
    config.settings.policies.some(({ matchers }) => matchesAll(matchers, labels)),
  )
  const affected = new Set(concerned.map(({ labels }) => labels['target'] ?? JSON.stringify(labels))).size
  const all = targetsUp?.size ?? 0
  if (affected >= targets) return `${affected} targets are affected at once`
  return affected > 1 && all > 0 && affected / all > share
    ? `${affected} of ${all} targets are affected at once`
    : undefined
}

function isYoung({ policy, episode, evidence: { now } }: Case): string | undefined {
  const seconds = now - episode.starts_at - episode.clock_moved
  return seconds < policy.firing_for ? 'it has not fired for long enough' : undefined
}

/** A rehearsal is held by rehearsals, an action by actions. */
function earlier(given: Case): Attempt[] {
  const isRehearsal = modeIs(given, 'dry_run')
  return given.state.attempts.filter((attempt) => attempt.isRehearsal === isRehearsal)
}

function isCooling(given: Case): string | undefined {
  const { policy, evidence } = given
  const recent = earlier(given).find(
    ({ target, at, verified_at }) =>
      target === policy.target && evidence.now - (verified_at ?? at) < policy.cooldown,
  )
  return recent ? 'the last action on this target is too recent' : undefined
}

function isExhausted(given: Case): string | undefined {
  const { policy, episode } = given
  const made = earlier(given).filter((attempt) => attempt.episode === episode.id).length
  return made >= policy.attempts ? `${made} attempts did not end it` : undefined
}

function isOverBudget(given: Case): string | undefined {
  const { config, policy, evidence } = given
  const spent = (per: number, by: (attempt: Attempt) => boolean): number =>
    earlier(given).filter((attempt) => attempt.at > evidence.now - per && by(attempt)).length
  const own = policy.budget
  if (spent(own.per, (attempt) => attempt.policy === policy.name) >= own.actions) {
    return `the budget of the policy, ${own.actions}, is spent`
  }
  const all = config.settings.limits.budget
  return spent(all.per, () => true) >= all.actions
    ? `the budget of all policies, ${all.actions}, is spent`
    : undefined
}

function isBusy({ config, policy, state }: Case): string | undefined {
  const underWay = state.attempts.filter(isUnderWay)
  if (underWay.some(({ target }) => target === policy.target)) return 'an action on this target is under way'
  const { max_concurrent: most } = config.settings.limits
  return underWay.length >= most ? `${underWay.length} actions are under way` : undefined
}

function isUnapproved(given: Case): string | undefined {
  if (!modeIs(given, 'approve')) return undefined
  const { config, episode, evidence } = given
  const { approval } = episode
  if (!approval) return `approve it with: watchpost recovery approve ${episode.id}`
  return evidence.now - approval.at > config.settings.limits.approval ? 'the approval has expired' : undefined
}
