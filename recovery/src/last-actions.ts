// What was last done for each thing that alerts are about: messages of its alerts tell it.
import { family, gauge } from '../../exporter/src/metrics/metric.ts'
import type { Family, Labels } from '../../exporter/src/metrics/metric.ts'
import type { Attempt, State } from './state/state.ts'

export const lastAction = gauge(
  'watchpost_recovery_last_action_timestamp_seconds',
  'When recovery last acted for what an alert is about, and what came of it; for a day.',
  ['subject', 'action', 'outcome'],
)

/** What an alert is about, by the first of these labels that it has. */
const subjectLabels = ['target', 'task', 'container', 'mountpoint'] as const

const shownSeconds = 86_400

export function lastActionFamily({ attempts, episodes }: State, now: number): Family {
  const last = new Map<string, Attempt>()
  for (const attempt of attempts) {
    const alert = episodes.get(attempt.episode)?.labels ?? {}
    const subject = subjectLabels.map((name) => alert[name]).find(Boolean)
    if (subject === undefined || attempt.isRehearsal || attempt.at < now - shownSeconds) continue
    if (attempt.at >= (last.get(subject)?.at ?? 0)) last.set(subject, attempt)
  }
  return family(
    lastAction,
    [...last].map(([subject, attempt]) => [labelsOf(subject, attempt), attempt.at] as const),
  )
}

function labelsOf(subject: string, { action, result, outcome }: Attempt): Labels {
  return { subject, action, outcome: outcome ?? result ?? 'under_way' }
}
