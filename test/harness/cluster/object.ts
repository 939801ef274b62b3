// What an object of the cluster is, where it is, and how one is refused.
import type { Kind } from './kinds.ts'

export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
    readonly resourceVersion?: string
    readonly uid?: string
    readonly generation?: number
    readonly creationTimestamp?: string
  }
  readonly spec?: unknown
  readonly status?: unknown
}

export interface Place {
  readonly kind: Kind
  readonly namespace: string | undefined
  readonly name: string
}

/** As the API server words it, for a person. */
export class Refusal extends Error {
  readonly code: number
  readonly reason: string

  constructor(code: number, reason: string, message: string) {
    super(message)
    this.code = code
    this.reason = reason
  }
}

export const titleOf = ({ kind, name }: Place): string =>
  `${kind.plural}${kind.group === '' ? '' : `.${kind.group}`} "${name}"`
