// How Prometheus finds the exporter, in the words of prometheus-operator.
import type { IProbe } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/Probe'
import type { IServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor'
import { exporterLabels, labels, name, namespace, port, selector } from './names.ts'

/** As prometheus/prometheus.yml has them. */
export interface Pace {
  readonly scrape_interval: string
  readonly scrape_timeout: string
}

/**
 * The job is `watchpost`, as the rules call it, and an instance is a pod by its name, which outlives it. The labels that
 * the operator adds besides would stand on some sides of a rule and not on others, and one of ours is `container`.
 */
export function serviceMonitor({
  scrape_interval: interval,
  scrape_timeout: scrapeTimeout,
}: Pace): IServiceMonitor {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: { name, labels: exporterLabels },
    spec: {
      jobLabel: 'app.kubernetes.io/name',
      selector: { matchLabels: selector },
      endpoints: [
        {
          port: 'http',
          path: '/metrics',
          interval,
          scrapeTimeout,
          relabelings: [
            { sourceLabels: ['__meta_kubernetes_pod_name'], targetLabel: 'instance' },
            { action: 'labeldrop', regex: 'container|endpoint|namespace|pod|service' },
          ],
        },
      ],
    },
  }
}

/** The same targets in blackbox_exporter's names, for dashboards and rules that know no others: optional. */
export function probe(targets: readonly string[], { scrape_timeout: scrapeTimeout }: Pace): IProbe {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'Probe',
    metadata: { name, labels },
    spec: {
      jobName: `${name}-probe`,
      interval: '1m',
      scrapeTimeout,
      prober: { url: `${name}-1.${name}.${namespace}.svc:${port}`, path: '/probe', scheme: 'HTTP' },
      targets: { staticConfig: { static: [...targets] } },
    },
  }
}
