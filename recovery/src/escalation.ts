// Handing over to people: alerts that stay while they are true, and end by themselves when this process ends.
import { explain } from '../../exporter/src/log.ts'
import type { Log } from '../../exporter/src/log.ts'
import type { Config } from './config/load.ts'
import { describeAnswer } from './exchange.ts'
import { askPlace } from './place.ts'
import type { Decision } from './state/event.ts'
import { openEpisodes } from './state/state.ts'
import type { Episode, State } from './state/state.ts'
import type { Tally } from './tally.ts'

/** Decisions that people have to know of. */
export const escalating: ReadonlySet<Decision> = new Set([
  'awaiting_approval',
  'attempts_exhausted',
  'breaker_open',
  'budget',
  'blast_radius',
  'unreachable',
])

/** What recovery posts itself; each has its runbook among those of the rules. */
export const escalationAlerts = ['RecoveryEscalated', 'RecoveryAwaitingApproval'] as const
type AlertName = (typeof escalationAlerts)[number]

interface Alert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly endsAt: string
}

const lifetimeSeconds = 300
const everySeconds = 60

export interface Escalation {
  /** Tells Alertmanager what is open, unless it was told the same a moment ago. */
  announce(state: State, now: number): Promise<void>
}

interface EscalationOptions {
  readonly config: Config
  readonly tally: Tally
  readonly log: Log
  readonly isJournalBroken: () => boolean
}

export function createEscalation({ config, tally, log, isJournalBroken }: EscalationOptions): Escalation {
  let told = ''
  let toldAt = -Infinity
  return {
    async announce(state, now) {
      const alerts = [
        ...openEpisodes(state).flatMap((episode) => alertFor(episode, state, now)),
        ...(isJournalBroken() ? [brokenJournal(now)] : []),
      ]
      const key = JSON.stringify(alerts.map(({ labels }) => labels))
      const { alertmanager } = config.settings
      if (!alertmanager || alerts.length === 0) return
      // By a clock that nobody can set: told too rarely, an alert would end.
      const uptime = performance.now() / 1000
      if (key === told && uptime - toldAt < everySeconds) return
      try {
        const answer = await askPlace(alertmanager, '/api/v2/alerts', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(alerts),
          milliseconds: 5_000,
        })
        if (answer.status !== 200) throw new Error(describeAnswer(answer))
        ;[told, toldAt] = [key, uptime]
      } catch (error) {
        // The next round tries again.
        tally.add('escalations')
        log.error('escalation failed', { reason: explain(error) })
      }
    },
  }
}

function alertFor(episode: Episode, state: State, now: number): Alert[] {
  const { escalated: reason, decision, policy, target, id } = episode
  // What was told holds only as long as it is still what keeps us from acting.
  if (reason === undefined || decision !== reason) return []
  const isWait = reason === 'awaiting_approval'
  const name = isWait ? 'RecoveryAwaitingApproval' : 'RecoveryEscalated'
  const labels = {
    alertname: name,
    severity: isWait ? 'warning' : 'critical',
    reason,
    // One storm is one alert, however many targets it concerns.
    ...(reason === 'blast_radius' ? {} : { policy, recovery_target: target }),
  }
  const texts = isWait
    ? textsOf(name, `An action of ${policy} waits for approval`, `${policy} 的操作等待批准`)
    : textsOf(
        name,
        `Recovery does not act any more: ${reason.replaceAll('_', ' ')}`,
        `自動恢復停止操作：${reasonsZh[reason] ?? reason}`,
      )
  const description = [episode.detail, ...history(episode, state)].join('\n')
  return [{ labels, annotations: { ...texts, description, episode: id }, endsAt: endOf(now) }]
}

const reasonsZh: Readonly<Partial<Record<Decision, string>>> = {
  attempts_exhausted: '嘗試次數用盡',
  breaker_open: '斷路器開啟',
  budget: '預算用盡',
  unreachable: '無法查看操作對象',
  blast_radius: '受影響目標過多',
}

function textsOf(name: AlertName, summary: string, summaryZh: string) {
  return {
    summary,
    summary_zh: summaryZh,
    runbook_url: `docs/alerts.md#${name.toLowerCase()}`,
    dashboard_url: '/d/watchpost-alerts',
  }
}

function history({ id }: Episode, { attempts }: State): string[] {
  return attempts
    .filter(({ episode }) => episode === id)
    .map(({ at, action, target, result = 'under way', outcome = 'not verified' }) => {
      const time = new Date(at * 1000).toISOString()
      return `${time} ${action} on ${target}: ${result}, ${outcome.replace('_', ' ')}`
    })
}

function brokenJournal(now: number): Alert {
  return {
    labels: { alertname: 'RecoveryEscalated', severity: 'critical', reason: 'journal' },
    annotations: {
      ...textsOf(
        'RecoveryEscalated',
        'Recovery does not act any more: its journal cannot be written',
        '自動恢復停止操作：日誌無法寫入',
      ),
      description: 'Look at the disk below --storage.path.',
    },
    endsAt: endOf(now),
  }
}

function endOf(now: number): string {
  return new Date((now + lifetimeSeconds) * 1000).toISOString()
}
