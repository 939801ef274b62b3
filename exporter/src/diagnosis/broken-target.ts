// Why a target is not well: the first broken rung from our own end on, or what stands behind it.
import type { TargetKind, TargetReading } from '../collectors/target.ts'
import type { Cause } from './catalogue/catalogue.ts'
import { findContainer } from './container-state.ts'
import type { Finding, IssueType, Severity } from './finding.ts'
import { badSince } from './fleet.ts'
import type { Fleet } from './fleet.ts'
import { climbWire, dependencyEvidence, historyEvidence, ownNetworkEvidence } from './ladder.ts'
import { diagnoseResources } from './resource-exhaustion.ts'
import { factsOf, isLocal } from './target-facts.ts'
import type { Facts } from './text.ts'
import { nameBlamed, nameVictim } from './victim.ts'
import type { Named } from './victim.ts'
import { findBreak } from './wire-cause.ts'
import type { Break } from './wire-cause.ts'

/** Given a target that is in error or in warning. */
export function explainTarget(target: TargetReading, fleet: Fleet): Finding {
  const broken = findBreak(target, fleet.startedAt)
  const named = nameCause(target, broken, fleet)
  const { cause } = named
  const facts = factsOf(target)
  const behind = mayBePressure.has(cause) && isLocal(facts['host'] ?? '') ? diagnoseResources(fleet) : []
  return {
    target: target.target,
    subject: target.kind,
    issueType: issueTypeOf(target.kind, cause),
    cause,
    severity: severityOf(target, cause),
    root: named.root,
    since: badSince(target.target, fleet),
    evidence: [
      ...ownNetworkEvidence(fleet),
      ...dependencyEvidence(target, fleet),
      ...climbWire(target, broken),
      ...(named.evidence ?? []),
      ...behind.flatMap((one) => one.evidence),
      ...historyEvidence(target, fleet),
    ],
    behind,
    facts: { ...facts, ...named.facts },
  }
}

function nameCause(target: TargetReading, broken: Break, fleet: Fleet): Named {
  if (fleet.isBlind && isUnreached(broken)) return { cause: 'own_network', facts: anchorFacts(fleet) }
  return (
    nameVictim(target, fleet) ??
    nameContainer(target, broken, fleet) ??
    nameBlamed(target, fleet) ?? { cause: broken.cause }
  )
}

/** A refusal comes from the far end, so the way there is whole. */
function isUnreached({ rung, cause }: Break): boolean {
  return rung === 'dns' || (rung === 'tcp' && cause !== 'connection_refused')
}

export function anchorFacts({ readings }: Fleet): Facts {
  const anchors = readings.connectivity?.anchors.map(({ anchor }) => anchor) ?? []
  const [, anchorHost, anchorPort] = /^\[?(.+?)\]?:(\d+)$/.exec(anchors[0] ?? '') ?? []
  return { anchors: anchors.join(', '), anchorHost, anchorPort }
}

/** What a container that does not run looks like from outside; in Compose its name is gone as well. */
const mayBeContainer: ReadonlySet<Cause> = new Set([
  'connection_refused',
  'connection_lost',
  'connect_timeout',
  'host_unreachable',
  'name_not_found',
  'resolver_failed',
  'no_answer',
])

function nameContainer({ target }: TargetReading, broken: Break, fleet: Fleet): Named | undefined {
  const container = mayBeContainer.has(broken.cause) ? findContainer(target, fleet) : undefined
  if (!container) return undefined
  const { cause, measured, facts } = container
  const evidence = [{ rung: 'container', measured, ok: cause === undefined } as const]
  return { cause: cause ?? broken.cause, facts, evidence }
}

/** What a machine that is short of something can do to what runs on it. */
const mayBePressure: ReadonlySet<Cause> = new Set([
  'connection_refused',
  'connection_lost',
  'connect_timeout',
  'no_answer',
  'server_error',
  'broken_answer',
])

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
  if (cause === 'container_oom_killed') return 'memory_exhaustion'
  if (networkCauses.has(cause)) return 'network'
  if (cause.startsWith('certificate_') || cause === 'tls_handshake') return 'certificate'
  return ofKind[kind]
}

function severityOf({ kind, status }: TargetReading, cause: Cause): Severity {
  if (cause === 'dependency' || cause === 'own_network') return 'info'
  return status === 'error' && kind !== 'data_source' ? 'critical' : 'warning'
}
