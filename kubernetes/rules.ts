// The rule files as custom resources, one for each.
import type { IPrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule'
import type { Group, RuleFile } from '../prometheus/rules.ts'
import { labels, name } from './names.ts'

/** Whoever installs Prometheus by an operator has its rules about Prometheus and Alertmanager, by their names there. */
export const leftOut: ReadonlySet<string> = new Set(['prometheus', 'alertmanager'])

export function prometheusRules(files: readonly RuleFile[]): readonly IPrometheusRule[] {
  return files.map(({ concern, groups }) => ({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: `${name}-${concern}`, labels },
    spec: { groups: groups.filter((group) => !leftOut.has(group.name)).map(toGroup) },
  }))
}

type CustomGroup = NonNullable<NonNullable<IPrometheusRule['spec']>['groups']>[number]

/** They are read as read-only; otherwise both have the same form. */
function toGroup(group: Group): CustomGroup {
  return structuredClone(group) as CustomGroup
}
