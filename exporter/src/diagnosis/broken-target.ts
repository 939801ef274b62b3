// Why a target is not well: the first broken rung from our own end on, or what stands behind it.
import type { Reason, TargetKind, TargetReading } from '../collectors/target.ts'
import { findContention } from './database-contention.ts'
import type { Contention } from './database-contention.ts'
import type { Cause } from './catalogue/catalogue.ts'
import type { Evidence, Finding, IssueType, Severity } from './finding.ts'
import { badSince, brokenRoots } from './fleet.ts'
import type { Fleet } from './fleet.ts'
import { diagnoseResources } from './resource-exhaustion.ts'
import { climbWire, dependencyEvidence, historyEvidence, ownNetworkEvidence } from './ladder.ts'
import { factsOf, hostOf, isLocal } from './target-facts.ts'
import type { Facts } from './text.ts'
import { findBreak } from './wire-cause.ts'
import type { Break } from './wire-cause.ts'

/** Given a target that is in error or in warning. */
export function explainTarget(target: TargetReading, fleet: Fleet): Finding {
  const broken = findBreak(target, fleet.startedAt)
  const named = nameCause(target, broken, fleet)
  const { cause } = named
  const evidence = [
    ...ownNetworkEvidence(fleet),
    ...dependencyEvidence(target, fleet),
    ...(named.evidence ?? []),
    ...climbWire(target, broken),
    ...historyEvidence(target, fleet),
  ]
  const behind = mayBePressure.has(cause) && isLocal(hostOf(target) ?? '') ? diagnoseResources(fleet) : []
  return {
    target: target.target,
    subject: target.kind,
    issueType: issueTypeOf(target.kind, cause),
    cause,
    severity: severityOf(target, cause),
    root: named.root,
    since: badSince(target.target, fleet),
    evidence: [...evidence, ...behind.flatMap((one) => one.evidence)],
    behind,
    facts: { ...factsOf(target), ...named.facts },
  }
}

interface Named {
  readonly cause: Cause
  readonly root: string | undefined
  readonly facts?: Facts
  readonly evidence?: readonly Evidence[]
}

function nameCause(target: TargetReading, broken: Break, fleet: Fleet): Named {
  if (fleet.isBlind && isUnreached(broken))
    return { cause: 'own_network', root: undefined, facts: anchorFacts(fleet) }
  if (!mayBeVictim.has(target.reason)) return { cause: broken.cause, root: undefined }
  const [root] = [...brokenRoots(target, fleet, 'hard'), ...brokenRoots(target, fleet, 'soft')]
  if (root) return victimOf(root.target, root.detail ?? root.reason, root.target)
  const busy = findBusyDatabase(target, fleet)
  if (busy) {
    const { name, contention } = busy
    const evidence = [
      { rung: 'database_sessions', measured: `${name}: ${contention.measured}`, ok: false } as const,
    ]
    return { ...victimOf(name, contention.measured, name), evidence }
  }
  const [blamed] = blamedBy(target)
  // What Watchpost does not watch, or has last seen well, is named all the same: the service should know.
  if (blamed !== undefined)
    return victimOf(blamed, target.detail ?? target.reason, fleet.targets.has(blamed) ? blamed : undefined)
  return { cause: broken.cause, root: undefined }
}

function victimOf(root: string, rootDetail: string, watchedRoot: string | undefined): Named {
  return { cause: 'dependency', root, facts: { root, rootDetail, watchedRoot } }
}

export function anchorFacts({ readings }: Fleet): Facts {
  const anchors = readings.connectivity?.anchors.map(({ anchor }) => anchor) ?? []
  const [, anchorHost, anchorPort] = /^\[?(.+?)\]?:(\d+)$/.exec(anchors[0] ?? '') ?? []
  return { anchors: anchors.join(', '), anchorHost, anchorPort }
}

/** A refusal comes from the far end, so the way there is whole. */
function isUnreached({ rung, cause }: Break): boolean {
  return rung === 'dns' || (rung === 'tcp' && cause !== 'connection_refused')
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

/** What a machine that is short of something can do to what runs on it. */
const mayBePressure: ReadonlySet<Cause> = new Set([
  'connection_refused',
  'connection_lost',
  'connect_timeout',
  'no_answer',
  'server_error',
  'broken_answer',
])

function findBusyDatabase(
  { dependencies, reason }: TargetReading,
  { readings }: Fleet,
): { readonly name: string; readonly contention: Contention } | undefined {
  if (reason === 'connect' || reason === 'assertion') return undefined
  for (const { dependency } of dependencies) {
    const database = readings.databases?.targets.find(({ target }) => target === dependency)
    const contention = database && findContention(database)
    if (contention) return { name: dependency, contention }
  }
  return undefined
}

function blamedBy(target: TargetReading): readonly string[] {
  if (target.reason !== 'unreachable_dependency' || !('health' in target)) return []
  // Only a service has a body of this kind.
  return (
    (target.health as { readonly failedDependencies?: readonly string[] } | undefined)?.failedDependencies ??
    []
  )
}

const networkCauses: ReadonlySet<Cause> = new Set([
  'own_network',
  'resolver_failed',
  'name_not_found',
  'host_unreachable',
  'connect_timeout',
])

const ofKind: Readonly<Record<TargetKind, IssueType>> = {
  service: 'service_failure',
  data_source: 'data_source_failure',
  database: 'database_connection',
}

function issueTypeOf(kind: TargetKind, cause: Cause): IssueType {
  if (cause === 'dependency') return 'dependency_failure'
  if (networkCauses.has(cause)) return 'network'
  if (cause.startsWith('certificate_') || cause === 'tls_handshake') return 'certificate'
  return ofKind[kind]
}

function severityOf({ kind, status }: TargetReading, cause: Cause): Severity {
  if (cause === 'dependency' || cause === 'own_network') return 'info'
  return status === 'error' && kind !== 'data_source' ? 'critical' : 'warning'
}
