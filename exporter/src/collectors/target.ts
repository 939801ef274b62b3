// What is said of every target alike, whether service, data source or database: verdict, reason, timing, totals.
import type { Distribution, Labels } from '../metrics/metric.ts'

export const targetKinds = ['service', 'data_source', 'database'] as const
export type TargetKind = (typeof targetKinds)[number]

export const statuses = ['healthy', 'warning', 'error', 'unknown'] as const
export type Status = (typeof statuses)[number]

/** Why a target is not healthy. Closed: free text never becomes a label. */
export const reasons = [
  'none',
  'dns',
  'connect',
  'tls',
  'timeout',
  'status',
  'body',
  'json',
  'assertion',
  'auth',
  'quota',
  'redirect',
  'size',
  'unreachable_dependency',
  'error',
] as const
export type Reason = (typeof reasons)[number]

export const phases = ['dns', 'connect', 'tls', 'processing', 'transfer'] as const
export type Phase = (typeof phases)[number]

export interface Certificate {
  readonly notBefore: number
  readonly notAfter: number
  readonly verified: boolean
}

export interface Dependency {
  readonly dependency: string
  readonly strength: 'hard' | 'soft'
  readonly depth: 'direct' | 'transitive'
}

export interface Assertion {
  readonly name: string
  /** Undefined when it could not be judged: a target that did not answer passes and fails nothing. */
  readonly passed: boolean | undefined
}

/** What adds up over the life of the process. */
export interface Totals {
  readonly probes: number
  readonly failures: number
  readonly duration: Distribution
}

export interface TargetReading {
  readonly target: string
  readonly kind: TargetKind
  /** `{target, kind}`, one object for the life of the target. */
  readonly labels: Labels
  readonly info: Readonly<Record<string, string>>
  readonly status: Status
  readonly reason: Reason
  /** For people, in logs and the API; never a label. Holds no secret. */
  readonly detail: string | undefined
  /** Unix seconds of the probe this reading comes from; undefined when there was none yet. */
  readonly probedAt: number | undefined
  readonly durationSeconds: number | undefined
  readonly phases: Readonly<Partial<Record<Phase, number>>>
  readonly certificate: Certificate | undefined
  /** As OpenSSL calls it, such as TLSv1.3; undefined without TLS, and for what does not say. */
  readonly tlsVersion?: string | undefined
  readonly assertions: readonly Assertion[]
  readonly dependencies: readonly Dependency[]
  readonly totals: Totals
}

const targetLabels = new WeakMap<Labels, Labels>()

/** `{target}` alone, for what only one kind of target has. */
export function targetLabel({ target, labels }: Pick<TargetReading, 'target' | 'labels'>): Labels {
  const known = targetLabels.get(labels)
  if (known) return known
  const made = Object.freeze({ target })
  targetLabels.set(labels, made)
  return made
}

/** Unknown is neither up nor down, so it gives no sample. */
export function isUp(reading: Pick<TargetReading, 'status'>): boolean | undefined {
  return reading.status === 'unknown' ? undefined : reading.status !== 'error'
}

/** Such as `3 targets: 2 healthy, 1 error`. */
export function countByStatus(targets: readonly Pick<TargetReading, 'status'>[]): string {
  const counts = statuses.flatMap((state) => {
    const count = targets.filter(({ status }) => status === state).length
    return count === 0 ? [] : [`${count} ${state}`]
  })
  const total = targets.length === 1 ? '1 target' : `${targets.length} targets`
  return counts.length === 0 ? 'no targets' : `${total}: ${counts.join(', ')}`
}
