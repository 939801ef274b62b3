// What goes on among the sessions of a database that lets us in: who keeps whom waiting, and what is left.
import type { LockWait } from '../collectors/databases/facts.ts'
import type { DatabaseReading } from '../collectors/databases/watch.ts'
import type { Cause } from './catalogue/catalogue.ts'
import type { IssueType } from './finding.ts'
import { formatRatio, formatSeconds } from './ladder.ts'
import type { Facts } from './text.ts'

export interface Contention {
  readonly cause: Cause
  readonly issueType: IssueType
  readonly measured: string
  readonly facts: Facts
}

// Locks are waited for all the time; only a transaction that goes on is worth a word.
const longBlockSeconds = 5
const connectionsLimit = 0.8
const longTransactionSeconds = 900
const replicationLagSeconds = 60

export function findContention({ facts }: DatabaseReading): Contention | undefined {
  const block = (facts.lockWaits ?? []).find(
    (wait) => wait.root && (wait.blockerSeconds ?? Infinity) >= longBlockSeconds,
  )
  if (block) return describeBlock(block, facts.blockedSessions ?? block.sessions)
  const used = Object.values(facts.connections ?? {}).reduce((sum, sessions) => sum + sessions, 0)
  const share = used / (facts.connectionsMax ?? Infinity)
  if (share > connectionsLimit) {
    const measured = `${formatRatio(share)} (${used} of ${facts.connectionsMax})`
    return {
      cause: 'connections_running_out',
      issueType: 'database_connection',
      measured,
      facts: { measured },
    }
  }
  return (
    findDelay('long_transaction', facts.longestTransactionSeconds, longTransactionSeconds) ??
    findDelay('replication_lag', facts.replicationLagSeconds, replicationLagSeconds)
  )
}

function findDelay(cause: Cause, seconds = 0, limit: number): Contention | undefined {
  if (seconds <= limit) return undefined
  const measured = formatSeconds(seconds)
  return { cause, issueType: 'database_blocked', measured, facts: { measured } }
}

function describeBlock(wait: LockWait, blocked: number): Contention {
  const { blocker, blockerPid, blockerState, blockerSeconds } = wait
  const age = blockerSeconds === undefined ? '' : ` for ${formatSeconds(blockerSeconds)}`
  return {
    cause: 'sessions_blocked',
    issueType: 'database_blocked',
    measured: `${blocker} (pid ${blockerPid}, ${blockerState}${age}) blocks ${wait.blocked} and ${blocked} sessions in all`,
    facts: {
      blocker: blocker || 'a session without a name',
      blocked: wait.blocked || 'one without a name',
      blockerPid: String(blockerPid),
      blockerState: blockerState || 'state hidden',
      blockedCount: String(blocked),
    },
  }
}
