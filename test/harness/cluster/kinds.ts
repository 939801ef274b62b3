// What the cluster of the tests has: Kubernetes' own kinds that the manifests need, and the custom ones of
// prometheus-operator, each with its schema.
import { AlertmanagerConfig } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1alpha1'
import {
  Probe,
  PrometheusRule,
  ServiceMonitor,
} from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1'
import { StatefulSet } from 'kubernetes-models/apps/v1'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import {
  ConfigMap,
  Namespace,
  PersistentVolumeClaim,
  Pod,
  Secret,
  Service,
  ServiceAccount,
} from 'kubernetes-models/v1'
import type { Model, Schema } from './fields.ts'

export interface Kind extends Schema {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly isNamespaced: boolean
}

const own = (group: string, version: string, models: Readonly<Record<string, Model>>): Kind[] =>
  Object.entries(models).map(([kind, model]) => ({
    group,
    version,
    kind,
    plural: kind.toLowerCase().replace(/y$/, 'ie').concat('s'),
    isNamespaced: kind !== 'Namespace',
    model,
    // It would be a schema within itself, which a custom resource cannot have: the operator reads it.
    ...(kind === 'AlertmanagerConfig' ? { open: '.spec.route.routes.' } : {}),
  }))

export const kinds: readonly Kind[] = [
  ...own('', 'v1', { ConfigMap, Namespace, PersistentVolumeClaim, Pod, Secret, Service, ServiceAccount }),
  ...own('apps', 'v1', { StatefulSet }),
  ...own('networking.k8s.io', 'v1', { NetworkPolicy }),
  ...own('monitoring.coreos.com', 'v1', { Probe, PrometheusRule, ServiceMonitor }),
  ...own('monitoring.coreos.com', 'v1alpha1', { AlertmanagerConfig }),
]

export const groupVersionOf = ({ group, version }: Kind): string =>
  group === '' ? version : `${group}/${version}`

export const groupVersions: readonly string[] = [...new Set(kinds.map(groupVersionOf))]

export const rootOf = (groupVersion: string): string =>
  groupVersion.includes('/') ? `apis/${groupVersion}` : `api/${groupVersion}`

export function kindNamed(name: string): Kind {
  const found = kinds.find(({ kind }) => kind === name)
  if (!found) throw new Error(`expected one of ${kinds.map(({ kind }) => kind).join(', ')}, got ${name}`)
  return found
}
