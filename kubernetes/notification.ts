// What alertmanager/render.ts writes, as an AlertmanagerConfig: which alert goes where, and which holds back which.
import type { IAlertmanagerConfig } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1alpha1/AlertmanagerConfig'
import { inhibitRules } from '../alertmanager/inhibitions.ts'
import { receiverNames, renderRoute } from '../alertmanager/routes.ts'
import { labels, name } from './names.ts'

type Spec = NonNullable<IAlertmanagerConfig['spec']>
type Matcher = NonNullable<NonNullable<Spec['inhibitRules']>[number]['sourceMatch']>[number]

const webhook = {
  urlSecret: { name: 'watchpost-alerts', key: 'webhook-url' },
  sendResolved: true,
} as const

export function alertmanagerConfig(): IAlertmanagerConfig {
  const route = renderRoute({
    channels: ['webhook'],
    heartbeat: false,
    recovery: false,
    maintenance: [],
    quiet: [],
    groupWait: '20s',
    groupInterval: '5m',
    repeatInterval: '4h',
  })
  return {
    apiVersion: 'monitoring.coreos.com/v1alpha1',
    kind: 'AlertmanagerConfig',
    metadata: { name, labels },
    spec: {
      route: convertRoute(route as AlertmanagerRoute),
      receivers: [
        { name: receiverNames.nobody },
        ...[receiverNames.critical, receiverNames.warning, 'webhook'].map((receiver) => ({
          name: receiver,
          webhookConfigs: [webhook],
        })),
      ],
      inhibitRules: (inhibitRules as readonly AlertmanagerInhibition[]).map((rule) => ({
        sourceMatch: rule.source_matchers.map(parseMatcher),
        targetMatch: rule.target_matchers.map(parseMatcher),
        ...(rule.equal ? { equal: [...rule.equal] } : {}),
      })),
    },
  }
}

interface AlertmanagerRoute extends Readonly<Record<string, unknown>> {
  readonly matchers?: readonly string[]
  readonly routes?: readonly AlertmanagerRoute[]
}

interface AlertmanagerInhibition {
  readonly source_matchers: readonly string[]
  readonly target_matchers: readonly string[]
  readonly equal?: readonly string[]
}

/** `group_by` is `groupBy` there, and a matcher is an object. */
function convertRoute({ matchers, routes, ...rest }: AlertmanagerRoute): Readonly<Record<string, unknown>> {
  const renamed = Object.entries(rest).map(([key, value]) => [toCamelCase(key), value] as const)
  return {
    ...Object.fromEntries(renamed),
    ...(matchers ? { matchers: matchers.map(parseMatcher) } : {}),
    ...(routes ? { routes: routes.map(convertRoute) } : {}),
  }
}

function toCamelCase(text: string): string {
  return text.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}

function parseMatcher(text: string): Matcher {
  const [, label = '', matchType = '', value = ''] = /^(\w+)(=~|!~|!=|=)"(.*)"$/.exec(text) ?? []
  if (label === '') throw new Error(`expected a matcher such as a="b", got ${text}`)
  return { name: label, matchType, value }
}
