// What every kind of panel has in common.
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import type {
  DashboardLink,
  Panel as Model,
  ThresholdsConfig,
} from '@grafana/grafana-foundation-sdk/dashboard'
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common'
import type { Language, PanelText } from '../language.ts'
import { buildLink } from '../links.ts'
import type { Link } from '../links.ts'
import { buildQuery, prometheus, loki } from '../queries.ts'
import type { Query } from '../queries.ts'
import type { Unit } from '../units.ts'

/** What fills a panel that is rightly empty while nothing is wrong. */
export type EmptyUntil =
  | 'a target fails'
  | 'a target is diagnosed'
  | 'an alert fires'
  | 'a task fails'
  | 'a task runs'
  | 'a value is unusual'
  | 'a recovery runs'
  | 'logs are kept'
  | 'containers are watched'
  | 'a quota runs out'
  | 'anchors are configured'
  | 'an hour has passed'
  | 'a day has passed'
  | 'a target is reached over TLS'
  | 'weeks have passed'
  | 'a session is blocked'
  | 'a disk fills up'
  | 'the kernel counts pressure'
  | 'a standby is connected'

/** What each panel is told, whatever its kind. */
export interface PanelFacts {
  /** Fixed for good: links, alerts and annotations name it. */
  readonly id: number
  readonly text: PanelText
  readonly unit?: Unit
  readonly links?: readonly Link[]
  readonly emptyUntil?: EmptyUntil
}

export interface Panel {
  readonly id: number
  readonly text: PanelText
  readonly queries: readonly Query[]
  readonly emptyUntil: EmptyUntil | undefined
  build(language: Language): Model
}

interface PanelBuilder extends Builder<Model> {
  id(id: number): this
  title(title: string): this
  description(description: string): this
  noValue(text: string): this
  unit(unit: string): this
  datasource(datasource: DataSourceRef): this
  targets(targets: Builder<Dataquery>[]): this
  dataLinks(links: Builder<DashboardLink>[]): this
  thresholds(thresholds: Builder<ThresholdsConfig>): this
}

/** Completes a panel whose own options `draw` sets. */
export function panel(
  facts: PanelFacts,
  queries: readonly Query[],
  draw: (language: Language) => PanelBuilder,
): Panel {
  const build = (language: Language): Model => {
    const { id, text, unit, links = [] } = facts
    const drawn = draw(language).id(id).title(text.title[language]).description(text.description[language])
    drawn.noValue(text.empty[language])
    drawn.datasource(queries.some((query) => query.shape === 'logs') ? loki : prometheus)
    drawn.targets(queries.map((query, position) => buildQuery(query, position, language)))
    if (unit !== undefined) drawn.unit(unit)
    if (links.length > 0) drawn.dataLinks(links.map((link) => buildLink(link, language)))
    return drawn.build()
  }
  return { id: facts.id, text: facts.text, queries, emptyUntil: facts.emptyUntil, build }
}
