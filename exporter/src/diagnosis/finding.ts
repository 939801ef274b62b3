// What a diagnosis is, before it is put into words of one language or another.
import type { TargetKind } from '../collectors/target.ts'
import type { Cause } from './catalogue/catalogue.ts'
import type { Facts } from './text.ts'

export type Subject = TargetKind | 'task' | 'task_source' | 'host' | 'watchpost'

/** What kind of trouble it is: what recovery chooses an action by. */
export const issueTypes = [
  'service_failure',
  'dependency_failure',
  'network',
  'certificate',
  'database_connection',
  'database_blocked',
  'data_source_failure',
  'data_quality',
  'task_failure',
  'memory_exhaustion',
  'disk_full',
  'resource_exhaustion',
] as const
export type IssueType = (typeof issueTypes)[number]

export const severities = ['critical', 'warning', 'info'] as const
export type Severity = (typeof severities)[number]

/** The steps of the ladder, from our own end to the inside of what is looked at. */
export const rungs = [
  'own_network',
  'dependency',
  'dns',
  'tcp',
  'tls',
  'http',
  'session',
  'body',
  'container',
  'database_sessions',
  'host',
  'quota',
  'freshness',
  'quality',
  'schedule',
  'runs',
  'records',
  'history',
] as const
export type Rung = (typeof rungs)[number]

export interface Evidence {
  readonly rung: Rung
  /** As it was measured: numbers, and the words of whoever answered. Holds no secret. */
  readonly measured: string
  readonly ok: boolean
}

export interface Finding {
  readonly target: string
  readonly subject: Subject
  readonly issueType: IssueType
  readonly cause: Cause
  readonly severity: Severity
  /** The target to repair first, when it is another one. */
  readonly root: string | undefined
  /** Unix seconds of the first of the bad verdicts that last until now. */
  readonly since: number | undefined
  readonly evidence: readonly Evidence[]
  /** What may stand behind it all: told before the causes of the catalogue. */
  readonly behind: readonly Finding[]
  /** What the texts of the catalogue are filled in with. */
  readonly facts: Facts
}
