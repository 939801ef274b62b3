// What is counted while the process lives, and the families that its page shows.
import type { Family, Labels } from '../../exporter/src/metrics/metric.ts'
import { counter, family, gauge, noLabels, states } from '../../exporter/src/metrics/metric.ts'
import type { Config } from './config/load.ts'
import { modeOf } from './config/load.ts'
import { modes } from './config/policy.ts'
import { breakerState, breakerStates } from './guards/breaker.ts'
import { alertKinds } from './http/payload.ts'
import type { Journal } from './journal/journal.ts'
import { lastAction, lastActionFamily } from './last-actions.ts'
import { decisions, outcomes, results } from './state/event.ts'
import { isUnderWay, openEpisodes } from './state/state.ts'
import type { State } from './state/state.ts'

const policyLabel = ['policy']

export const metrics = {
  requests: counter('watchpost_recovery_webhook_requests_total', 'Requests to the webhook by status code.', [
    'code',
  ]),
  alerts: counter('watchpost_recovery_alerts_total', 'Alerts received, by what they were taken for.', [
    'kind',
  ]),
  truncated: counter('watchpost_recovery_alerts_truncated_total', 'Alerts that Alertmanager left out.'),
  decisions: counter(
    'watchpost_recovery_decisions_total',
    'Decisions on open episodes; one that stays the same counts once.',
    ['policy', 'action', 'decision'],
  ),
  actions: counter('watchpost_recovery_actions_total', 'Actions by what was verified after them.', [
    'policy',
    'action',
    'outcome',
  ]),
  results: counter('watchpost_recovery_action_results_total', 'Actions by how the call ended.', [
    'policy',
    'action',
    'result',
  ]),
  seconds: counter('watchpost_recovery_action_seconds_total', 'Time spent in actions.', ['policy', 'action']),
  verified: counter(
    'watchpost_recovery_time_to_verified_seconds_total',
    'Time from the intent to the verification of actions that helped.',
    policyLabel,
  ),
  recurrences: counter(
    'watchpost_recovery_recurrences_total',
    'Alerts back soon after an action helped.',
    policyLabel,
  ),
  escalations: counter(
    'watchpost_recovery_escalation_failures_total',
    'Escalations that Alertmanager did not take.',
  ),
  failures: counter('watchpost_recovery_journal_failures_total', 'Records that could not be stored.'),
  breaker: gauge('watchpost_recovery_breaker_state', "State of each policy's breaker.", ['policy', 'state']),
  mode: gauge('watchpost_recovery_mode', 'The mode that holds for each policy.', ['policy', 'mode']),
  budget: gauge(
    'watchpost_recovery_budget_remaining',
    'Actions left in the budget of each policy.',
    policyLabel,
  ),
  open: gauge('watchpost_recovery_episodes_open', 'Episodes that are neither healed nor resolved.'),
  oldest: gauge(
    'watchpost_recovery_oldest_undecided_seconds',
    'Age of the oldest episode not yet considered.',
  ),
  inFlight: gauge('watchpost_recovery_actions_in_flight', 'Actions under way, verification included.'),
  escalated: gauge('watchpost_recovery_escalated', 'Open episodes handed over to people.', policyLabel),
  paused: gauge('watchpost_recovery_paused', 'Whether the kill switch is on.'),
  round: gauge('watchpost_recovery_last_round_timestamp_seconds', 'When open episodes were last considered.'),
  lastAction,
} as const

type Counted =
  | 'requests'
  | 'alerts'
  | 'truncated'
  | 'decisions'
  | 'actions'
  | 'results'
  | 'seconds'
  | 'verified'
  | 'recurrences'
  | 'escalations'

export interface Tally {
  readonly add: (metric: Counted, labels?: Labels, amount?: number) => void
  families(): Family[]
}

/** What is to be counted is there at 0 before it first happens: of a series that begins at 1 no increase is seen. */
function declareAll(add: Tally['add'], { settings }: Config): void {
  for (const code of [202, 401, 503]) add('requests', { code: String(code) }, 0)
  for (const kind of alertKinds) add('alerts', { kind }, 0)
  add('truncated', {}, 0)
  add('escalations', {}, 0)
  for (const { name: policy, action } of settings.policies) {
    for (const outcome of outcomes) add('actions', { policy, action, outcome }, 0)
    for (const result of results) add('results', { policy, action, result }, 0)
    for (const decision of decisions) add('decisions', { policy, action, decision }, 0)
    add('seconds', { policy, action }, 0)
    add('verified', { policy }, 0)
    add('recurrences', { policy }, 0)
  }
}

export function createTally(config: Config): Tally {
  const counts = new Map<Counted, Map<string, { readonly labels: Labels; value: number }>>()
  const tally: Tally = {
    add(metric, labels = noLabels, amount = 1) {
      const series = counts.get(metric) ?? new Map<string, { labels: Labels; value: number }>()
      counts.set(metric, series)
      const key = JSON.stringify(labels)
      const entry = series.get(key) ?? { labels, value: 0 }
      series.set(key, entry)
      entry.value += amount
    },
    families: () =>
      [...counts].map(([name, series]) =>
        family(
          metrics[name],
          [...series.values()].map(({ labels, value }) => [labels, value] as const),
        ),
      ),
  }
  declareAll(tally.add, config)
  return tally
}

export interface Shown {
  readonly config: Config
  readonly journal: Journal
  readonly isPausedByFile: boolean
  readonly lastRoundAt: number | undefined
  readonly now: number
}

/** What follows from the state at this moment. */
export function stateFamilies({ config, journal, isPausedByFile, lastRoundAt, now }: Shown): Family[] {
  const state = journal.state
  const open = openEpisodes(state)
  const undecided = open.filter(({ decision }) => decision === undefined)
  const policies = config.settings.policies.map((policy) => [{ policy: policy.name }, policy] as const)
  const oldest = Math.max(0, ...undecided.map(({ received_at: at }) => now - at))
  return [
    family(
      metrics.breaker,
      policies.flatMap(([labels, policy]) =>
        states(labels, 'state', breakerStates, breakerState(policy, state.marks, now)),
      ),
    ),
    family(
      metrics.mode,
      policies.flatMap(([labels, policy]) => states(labels, 'mode', modes, modeOf(config.settings, policy))),
    ),
    family(
      metrics.budget,
      policies.map(([labels, { name, budget }]) => [
        labels,
        budget.actions - spent(state, name, now - budget.per),
      ]),
    ),
    family(
      metrics.escalated,
      policies.map(([labels, { name }]) => [
        labels,
        open.filter(({ policy, escalated }) => policy === name && escalated !== undefined).length,
      ]),
    ),
    family(metrics.open, [[noLabels, open.length]]),
    family(metrics.oldest, [[noLabels, oldest]]),
    family(metrics.inFlight, [[noLabels, state.attempts.filter(isUnderWay).length]]),
    family(metrics.paused, [[noLabels, isPausedByFile || state.paused !== undefined]]),
    family(metrics.failures, [[noLabels, journal.failures]]),
    family(metrics.round, [[noLabels, lastRoundAt]]),
    lastActionFamily(state, now),
  ]
}

function spent({ attempts }: State, policy: string, since: number): number {
  return attempts.filter((attempt) => attempt.policy === policy && !attempt.isRehearsal && attempt.at > since)
    .length
}
