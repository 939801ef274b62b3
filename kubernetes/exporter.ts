// The exporter in a cluster: one pod for each shard, with a folder of its own for what must outlive it.
import type { IStatefulSet } from 'kubernetes-models/apps/v1/StatefulSet'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import type { IService } from 'kubernetes-models/v1/Service'
import type { IServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import type { IContainer } from 'kubernetes-models/v1/Container'
import { exporterLabels, monitoringNamespace, name, pingLabel, port, selector } from './names.ts'

/** Nothing that it does needs the API of the cluster: no role is bound to it, and no token is mounted. */
export const serviceAccount: IServiceAccount = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, labels: exporterLabels },
  automountServiceAccountToken: false,
}

export const service: IService = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, labels: exporterLabels },
  spec: {
    // Each shard is asked by itself, never one of them for all.
    clusterIP: 'None',
    selector,
    ports: [{ name: 'http', port, targetPort: 'http' }],
  },
}

const probe = (path: string): NonNullable<IContainer['livenessProbe']> => ({
  httpGet: { path, port: 'http' },
  timeoutSeconds: 5,
})

const container: IContainer = {
  name: 'exporter',
  image: 'watchpost:0.1.0',
  args: [
    'serve',
    '--config.file=/etc/watchpost/watchpost.yml',
    `--web.listen-address=0.0.0.0:${port}`,
    '--storage.path=/var/lib/watchpost',
  ],
  env: [
    {
      name: 'SHARD',
      valueFrom: { fieldRef: { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" } },
    },
    // The number after the slash is that of `replicas`.
    { name: 'WATCHPOST_SHARD', value: '$(SHARD)/1' },
  ],
  // What watchpost.yml takes from the environment.
  envFrom: [{ secretRef: { name, optional: true } }],
  ports: [{ name: 'http', containerPort: port }],
  startupProbe: { ...probe('/-/ready'), periodSeconds: 2, failureThreshold: 30 },
  readinessProbe: { ...probe('/-/ready'), periodSeconds: 10 },
  livenessProbe: { ...probe('/-/healthy'), periodSeconds: 20, failureThreshold: 3 },
  resources: { requests: { cpu: '100m', memory: '192Mi' }, limits: { memory: '512Mi' } },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
  volumeMounts: [
    { name: 'config', mountPath: '/etc/watchpost', readOnly: true },
    { name: 'state', mountPath: '/var/lib/watchpost' },
    { name: 'tmp', mountPath: '/tmp' },
  ],
}

export const statefulSet: IStatefulSet = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name, labels: exporterLabels },
  spec: {
    serviceName: name,
    replicas: 1,
    // Shards count from 1.
    ordinals: { start: 1 },
    podManagementPolicy: 'Parallel',
    selector: { matchLabels: selector },
    template: {
      metadata: { labels: exporterLabels },
      spec: {
        serviceAccountName: name,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 1000,
          runAsGroup: 1000,
          fsGroup: 1000,
          fsGroupChangePolicy: 'OnRootMismatch',
          seccompProfile: { type: 'RuntimeDefault' },
        },
        terminationGracePeriodSeconds: 30,
        containers: [container],
        volumes: [
          { name: 'config', configMap: { name: 'watchpost-config' } },
          { name: 'tmp', emptyDir: { sizeLimit: '16Mi' } },
        ],
      },
    },
    volumeClaimTemplates: [
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'state', labels: exporterLabels },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '64Mi' } } },
      },
    ],
  },
}

/** Who may ask. Where it may go itself is not limited: what it watches is anywhere. */
export const networkPolicy: INetworkPolicy = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, labels: exporterLabels },
  spec: {
    podSelector: { matchLabels: selector },
    policyTypes: ['Ingress'],
    ingress: [
      {
        from: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': monitoringNamespace } },
            podSelector: { matchLabels: { 'app.kubernetes.io/name': 'prometheus' } },
          },
          { namespaceSelector: {}, podSelector: { matchLabels: pingLabel } },
          // Shards hand pings on to the first.
          { podSelector: { matchLabels: selector } },
        ],
        ports: [{ port: 'http', protocol: 'TCP' }],
      },
    ],
  },
}
