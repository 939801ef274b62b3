// What is known of one database, whatever its kind. Undefined is unknown: it gives no sample.

/** Sessions of one application that wait for a lock held by another. */
export interface LockWait {
  readonly blocker: string
  readonly blocked: string
  readonly sessions: number
  /** The blocker waits for nobody itself. */
  readonly root: boolean
  readonly blockerPid: number
  readonly blockerUser: string
  readonly blockerState: string
  readonly blockerSeconds: number | undefined
}

export interface DatabaseFacts {
  readonly version: string | undefined
  readonly role: 'primary' | 'standby' | undefined
  readonly startedAt: number | undefined
  readonly connections: Readonly<Record<string, number>>
  readonly connectionsMax: number | undefined
  readonly connectionsReserved: number | undefined
  readonly longestTransactionSeconds: number | undefined
  readonly blockedSessions: number | undefined
  readonly lockWaits: readonly LockWait[]
  readonly transactions: Readonly<Record<string, number>>
  readonly deadlocks: number | undefined
  readonly cacheHits: number | undefined
  readonly cacheMisses: number | undefined
  readonly sizeBytes: number | undefined
  readonly replicationLagSeconds: number | undefined
  readonly replicas: number | undefined
  readonly memoryBytes: number | undefined
  readonly memoryMaxBytes: number | undefined
  readonly evictions: number | undefined
  readonly commands: number | undefined
}
