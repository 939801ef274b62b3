// What goes on among the sessions of a database that lets us in: who keeps whom waiting, and what is left.
import type { LockWait } from '../collectors/databases/facts.ts'
import type { DatabaseReading } from '../collectors/databases/watch.ts'
import type { Cause } from './catalogue/catalogue.ts'
import type { IssueType, Severity } from './finding.ts'
import type { Thresholds } from './fleet.ts'
import { formatRatio, formatSeconds } from './ladder.ts'
import type { Facts } from './text.ts'

export interface Contention {
  readonly cause: Cause
  readonly issueType: IssueType
  readonly severity: Severity
  readonly measured: string
  readonly facts: Facts
}

// Locks are waited for all the time; only a transaction that goes on is worth a word.
const longBlockSeconds = 5
/** Of what Redis may use; it never goes far above. */
const memoryLimit = 0.98

export function findContention(
  { facts }: DatabaseReading,
  limits: Pick<Thresholds, 'connections' | 'transaction_time' | 'replication_lag'>,
): Contention | undefined {
  const block = (facts.lockWaits ?? []).find(
    (wait) => wait.root && (wait.blockerSeconds ?? Infinity) >= longBlockSeconds,
  )
  if (block) return describeBlock(block, facts.blockedSessions ?? block.sessions)
  const used = Object.values(facts.connections ?? {}).reduce((sum, sessions) => sum + sessions, 0)
  const share = used / (facts.connectionsMax ?? Infinity)
  if (share > limits.connections) {
    const measured = `${formatRatio(share)} (${used} of ${facts.connectionsMax})`
    return {
      cause: 'connections_running_out',
      issueType: 'database_connection',
      severity: 'warning',
      measured,
      facts: { measured },
    }
  }
  return (
    findDelay('long_transaction', facts.longestTransactionSeconds, limits.transaction_time) ??
    findDelay('replication_lag', facts.replicationLagSeconds, limits.replication_lag) ??
    findFullMemory(facts)
  )
}

/** Some caches are meant to be full, so this is no more than a word. */
function findFullMemory({
  memoryBytes = 0,
  memoryMaxBytes,
}: DatabaseReading['facts']): Contention | undefined {
  const share = memoryBytes / (memoryMaxBytes ?? Infinity)
  if (share < memoryLimit) return undefined
  const measured = `${formatRatio(share)} of maxmemory`
  return {
    cause: 'store_full',
    issueType: 'memory_exhaustion',
    severity: 'info',
    measured,
    facts: { measured },
  }
}

function findDelay(cause: Cause, seconds = 0, limit: number): Contention | undefined {
  if (seconds <= limit) return undefined
  const measured = formatSeconds(seconds)
  return { cause, issueType: 'database_blocked', severity: 'warning', measured, facts: { measured } }
}

function describeBlock(wait: LockWait, blocked: number): Contention {
  const { blocker, blockerPid, blockerState, blockerSeconds } = wait
  const age = blockerSeconds === undefined ? '' : ` for ${formatSeconds(blockerSeconds)}`
  return {
    cause: 'sessions_blocked',
    issueType: 'database_blocked',
    severity: 'warning',
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
