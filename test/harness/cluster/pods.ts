// What a StatefulSet's pod is, and what it gives to the process of its container.
import type { IStatefulSet } from 'kubernetes-models/apps/v1/StatefulSet'
import type { IContainer } from 'kubernetes-models/v1/Container'
import type { IPod } from 'kubernetes-models/v1/Pod'
import { kindNamed } from './kinds.ts'
import type { KubeObject } from './object.ts'
import type { Store } from './store.ts'

export type Texts = Readonly<Record<string, string>>
type Volume = NonNullable<NonNullable<IPod['spec']>['volumes']>[number]

/** As the controller makes it, the numbers beginning where the set says. */
export function podsOf(set: KubeObject): readonly KubeObject[] {
  const {
    replicas = 1,
    ordinals,
    template,
    volumeClaimTemplates = [],
  } = (set as IStatefulSet).spec ?? fail('spec')
  const claims = volumeClaimTemplates.map(({ metadata }) => metadata?.name ?? fail('name of a claim'))
  return Array.from({ length: replicas }, (_, index) => {
    const ordinal = String((ordinals?.start ?? 0) + index)
    const name = `${set.metadata.name}-${ordinal}`
    const own = claims.map((claim) => ({
      name: claim,
      persistentVolumeClaim: { claimName: `${claim}-${name}` },
    }))
    const labels = {
      ...template.metadata?.labels,
      'apps.kubernetes.io/pod-index': ordinal,
      'statefulset.kubernetes.io/pod-name': name,
    }
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: set.metadata.namespace ?? 'default', labels },
      spec: { ...template.spec, volumes: [...(template.spec?.volumes ?? []), ...own] },
    }
  })
}

/** Read as the node does it: what is not there is an error, unless it is said to be optional. */
export function environmentOf({ env = [], envFrom = [] }: IContainer, pod: KubeObject, store: Store): Texts {
  const environment: Record<string, string> = {}
  for (const { secretRef, configMapRef } of envFrom) {
    const kind = secretRef ? 'Secret' : 'ConfigMap'
    const { name = '', optional } = secretRef ?? configMapRef ?? {}
    Object.assign(environment, dataOf(store, { kind, pod, name, optional }))
  }
  for (const variable of env)
    environment[variable.name] = valueOf(variable, pod).replaceAll(
      /\$\((\w+)\)/g,
      (whole, other: string) => environment[other] ?? whole,
    )
  return environment
}

function valueOf({ value, valueFrom }: NonNullable<IContainer['env']>[number], pod: KubeObject): string {
  if (!valueFrom) return value ?? ''
  const path = valueFrom.fieldRef?.fieldPath ?? fail('a variable from a field')
  const [, label = ''] = /^metadata\.labels\['(.+)'\]$/.exec(path) ?? []
  return pod.metadata.labels?.[label] ?? fail(`a label of the pod, got ${path}`)
}

/** The files of a volume; of one that begins empty there are none. */
export function filesOf(volume: Volume, pod: KubeObject, store: Store): Texts {
  if (volume.emptyDir || volume.persistentVolumeClaim) return {}
  const { configMap, secret } = volume
  const name = configMap?.name ?? secret?.secretName
  if (name === undefined) return fail(`a volume of another kind than ${JSON.stringify(volume)}`)
  const optional = configMap?.optional ?? secret?.optional
  return dataOf(store, { kind: configMap ? 'ConfigMap' : 'Secret', pod, name, optional })
}

interface Wanted {
  readonly kind: 'ConfigMap' | 'Secret'
  readonly pod: KubeObject
  readonly name: string
  readonly optional: boolean | undefined
}

function dataOf(store: Store, { kind, pod, name, optional }: Wanted): Texts {
  const { namespace } = pod.metadata
  if (optional && !store.has(kind, namespace, name)) return {}
  const { data = {} } = store.get({ kind: kindNamed(kind), namespace, name }) as { readonly data?: Texts }
  const decode = (text: string): string => (kind === 'Secret' ? Buffer.from(text, 'base64').toString() : text)
  return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, decode(text)]))
}

function fail(expected: string): never {
  throw new Error(`the cluster of the tests expected ${expected}`)
}
