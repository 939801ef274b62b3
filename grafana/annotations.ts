// Events that explain a bend in a curve, drawn across every graph.
import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import type { AnnotationQuery } from '@grafana/grafana-foundation-sdk/dashboard'
import { colour } from './colours.ts'
import { text } from './language.ts'
import type { Language, Text } from './language.ts'
import { prometheus, series, buildQuery } from './queries.ts'

interface Annotation {
  readonly name: Text
  readonly expr: string
  readonly title: string
  readonly tags: string
  readonly iconColour: string
  readonly enabled: boolean
}

const alerts: Annotation = {
  name: text('Alerts', '告警'),
  expr: 'ALERTS{alertstate="firing",severity=~"critical|warning"}',
  title: '{{alertname}} {{target}}{{task}}',
  tags: 'severity',
  iconColour: colour.bad,
  enabled: true,
}

/** A service that is up for less long than before was started anew: a deployment or a crash. */
const restarts: Annotation = {
  name: text('Deployments and restarts', '部署與重啟'),
  expr: 'resets(watchpost_service_uptime_seconds[2m]) > 0',
  title: '{{target}} restarted',
  tags: 'target',
  iconColour: colour.calm,
  enabled: true,
}

const reloads: Annotation = {
  name: text('Watchpost configuration', 'Watchpost 設定變更'),
  expr: 'changes(watchpost_config_last_reload_success_timestamp_seconds[2m]) > 0',
  title: 'watchpost.yml reloaded',
  tags: '',
  iconColour: colour.unknown,
  enabled: false,
}

const annotations: readonly Annotation[] = [alerts, restarts, reloads]

export const annotationQueries = annotations.map(({ expr }) => expr)

export function buildAnnotations(language: Language): Builder<AnnotationQuery>[] {
  return annotations.map((annotation) =>
    new AnnotationQueryBuilder()
      .name(annotation.name[language])
      .datasource(prometheus)
      .enable(annotation.enabled)
      .iconColor(annotation.iconColour)
      .titleFormat(annotation.title)
      .tagKeys(annotation.tags)
      .target(buildQuery(series(annotation.expr, '', { refId: 'Anno', step: '1m' }), 0, language)),
  )
}
