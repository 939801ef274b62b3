// The kinds of Kubernetes workload that can be restarted: what speaks against it, and when it is done, as
// `kubectl rollout restart` and `kubectl rollout status` have it.
import { z } from 'zod'

export interface Rollout {
  readonly resourceVersion: string
  readonly generation: number
  /** How many pods serve now. */
  readonly available: number
  /** Why it is left alone. */
  readonly refusal: string | undefined
  /** All pods are of the newest template, and serve. */
  readonly isDone: boolean
}

interface Kind {
  readonly plural: string
  readonly read: (found: unknown) => Rollout
}

const count = z.number().prefault(0)
const metadata = z.object({ generation: z.number(), resourceVersion: z.string() })
const strategy = z
  .object({ type: z.string(), rollingUpdate: z.object({ partition: count }).prefault({}) })
  .prefault({ type: 'RollingUpdate' })

const deployment = z.object({
  metadata,
  spec: z.object({ replicas: z.number().prefault(1), paused: z.boolean().prefault(false) }),
  status: z.object({
    observedGeneration: count,
    replicas: count,
    updatedReplicas: count,
    availableReplicas: count,
  }),
})

const statefulSet = z.object({
  metadata,
  spec: z.object({ replicas: z.number().prefault(1), updateStrategy: strategy }),
  status: z.object({
    observedGeneration: count,
    readyReplicas: count,
    updatedReplicas: count,
    currentRevision: z.string().prefault(''),
    updateRevision: z.string().prefault(''),
  }),
})

const daemonSet = z.object({
  metadata,
  spec: z.object({ updateStrategy: strategy }),
  status: z.object({
    observedGeneration: count,
    desiredNumberScheduled: count,
    updatedNumberScheduled: count,
    numberAvailable: count,
  }),
})

const isScaledToZero = 'it is scaled to zero'

export const kinds = {
  Deployment: {
    plural: 'deployments',
    read(found) {
      const { metadata: meta, spec, status } = deployment.parse(found)
      const isUpdated =
        status.observedGeneration >= meta.generation && status.updatedReplicas >= spec.replicas
      const hasOld = status.replicas > status.updatedReplicas
      return {
        ...meta,
        available: status.availableReplicas,
        refusal: firstOf([
          [spec.paused, 'its rollout is paused'],
          [spec.replicas === 0, isScaledToZero],
          [!isUpdated, underWay],
        ]),
        isDone: isUpdated && !hasOld && status.availableReplicas >= spec.replicas,
      }
    },
  },
  StatefulSet: {
    plural: 'statefulsets',
    read(found) {
      const { metadata: meta, spec, status } = statefulSet.parse(found)
      const isUpdated =
        status.observedGeneration >= meta.generation && status.updateRevision === status.currentRevision
      return {
        ...meta,
        available: status.readyReplicas,
        refusal: firstOf([
          [spec.updateStrategy.type !== 'RollingUpdate', replacesNothing(spec.updateStrategy.type)],
          [spec.updateStrategy.rollingUpdate.partition > 0, 'its partition keeps pods from being replaced'],
          [spec.replicas === 0, isScaledToZero],
          [!isUpdated, underWay],
        ]),
        isDone: isUpdated && status.readyReplicas >= spec.replicas,
      }
    },
  },
  DaemonSet: {
    plural: 'daemonsets',
    read(found) {
      const { metadata: meta, spec, status } = daemonSet.parse(found)
      const wanted = status.desiredNumberScheduled
      const isUpdated =
        status.observedGeneration >= meta.generation && status.updatedNumberScheduled >= wanted
      return {
        ...meta,
        available: status.numberAvailable,
        refusal: firstOf([
          [spec.updateStrategy.type !== 'RollingUpdate', replacesNothing(spec.updateStrategy.type)],
          [!isUpdated, underWay],
          [wanted === 0, 'no node is to run it'],
        ]),
        isDone: isUpdated && status.numberAvailable >= wanted,
      }
    },
  },
} as const satisfies Readonly<Record<string, Kind>>

export type KindName = keyof typeof kinds

const underWay = 'a rollout is under way'
const replacesNothing = (type: string): string => `its update strategy ${type} replaces no pod by itself`

function firstOf(objections: readonly (readonly [holds: boolean, refusal: string])[]): string | undefined {
  return objections.find(([holds]) => holds)?.[1]
}
