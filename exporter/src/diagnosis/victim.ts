// Whether a target fails because of another one.
import type { Reason, TargetReading } from '../collectors/target.ts'
import type { Cause } from './catalogue/catalogue.ts'
import { findContention } from './database-contention.ts'
import type { Contention } from './database-contention.ts'
import type { Evidence } from './finding.ts'
import { brokenRoots } from './fleet.ts'
import type { Fleet } from './fleet.ts'
import type { Facts } from './text.ts'

/** A cause, and what there is to say and to show for it. */
export interface Named {
  readonly cause: Cause
  readonly root?: string
  readonly facts?: Facts
  readonly evidence?: readonly Evidence[]
}

/** What a broken dependency can do to a target. It can not make a certificate expire or a name vanish. */
const mayBeVictim: ReadonlySet<Reason> = new Set([
  'connect',
  'timeout',
  'status',
  'body',
  'assertion',
  'unreachable_dependency',
  'error',
])

export function nameVictim(target: TargetReading, fleet: Fleet): Named | undefined {
  if (!mayBeVictim.has(target.reason)) return undefined
  const [root] = [...brokenRoots(target, fleet, 'hard'), ...brokenRoots(target, fleet, 'soft')]
  if (root) return victimOf(root.target, root.detail ?? root.reason)
  const busy = findBusyDatabase(target, fleet)
  if (!busy) return undefined
  const { name, contention } = busy
  const measured = `${name}: ${contention.measured}`
  return {
    ...victimOf(name, contention.measured),
    evidence: [{ rung: 'database_sessions', measured, ok: false }],
  }
}

function victimOf(root: string, rootDetail: string): Named & { readonly facts: Facts } {
  return { cause: 'dependency', root, facts: { root, rootDetail, watchedRoot: root } }
}

/** What Watchpost does not watch, or has last seen well, is named all the same: the service should know. */
export function nameBlamed(target: TargetReading, { targets }: Fleet): Named | undefined {
  if (target.reason !== 'unreachable_dependency') return undefined
  const [blamed] = failedDependencies(target)
  if (blamed === undefined) return undefined
  const named = victimOf(blamed, target.detail ?? target.reason)
  return targets.has(blamed) ? named : { ...named, facts: { ...named.facts, watchedRoot: undefined } }
}

/** Only a service has a body that names them. */
function failedDependencies(target: TargetReading): readonly string[] {
  if (!('health' in target)) return []
  const health = target.health as { readonly failedDependencies?: readonly string[] } | undefined
  return health?.failedDependencies ?? []
}

/** A standby that lags, or an old transaction, keeps no user of the database waiting. */
const delaysUsers: ReadonlySet<Cause> = new Set(['sessions_blocked', 'connections_running_out'])

function findBusyDatabase(
  { dependencies, reason }: TargetReading,
  { readings, settings }: Fleet,
): { readonly name: string; readonly contention: Contention } | undefined {
  // Sessions in each other's way make their users slow or fail; they do not close a port.
  if (reason === 'connect' || reason === 'assertion') return undefined
  for (const { dependency } of dependencies) {
    const database = readings.databases?.targets.find(({ target }) => target === dependency)
    const contention = database && findContention(database, settings.thresholds)
    if (contention && delaysUsers.has(contention.cause)) return { name: dependency, contention }
  }
  return undefined
}
