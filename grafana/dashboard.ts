// A dashboard as we write it, and as Grafana's file provisioning reads it (the classic model, in its last version).
import {
  DashboardBuilder,
  DashboardCursorSync,
  TimePickerBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Dashboard as Model } from '@grafana/grafana-foundation-sdk/dashboard'
import { buildAnnotations } from './annotations.ts'
import { text } from './language.ts'
import type { DashboardText, Language } from './language.ts'
import { place } from './layout.ts'
import type { Section } from './layout.ts'
import { withoutLeftovers } from './leftovers.ts'
import { uids } from './links.ts'
import type { Destination } from './links.ts'
import { prometheusSource } from './variables.ts'
import type { Variable } from './variables.ts'

export interface Dashboard {
  readonly name: Destination
  readonly text: DashboardText
  /** How far back it looks when it is opened without a time range. */
  readonly from: string
  readonly variables?: readonly Variable[]
  readonly sections: readonly Section[]
}

const others = text('All dashboards', '所有儀表板')

export function render(dashboard: Dashboard, language: Language): Model {
  const { name, text: words, from, variables = [], sections } = dashboard
  const built = new DashboardBuilder(words.title[language])
    .uid(uids[name])
    .description(words.description[language])
    .tags(['watchpost'])
    .readonly()
    .timezone('browser')
    .time({ from, to: 'now' })
    .timepicker(new TimePickerBuilder().refreshIntervals(['15s', '30s', '1m', '5m', '15m']))
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([prometheusSource, ...variables].map((variable) => variable.build(language)))
    .annotations(buildAnnotations(language))
    .link(menu(language))
    .build()
  return withoutLeftovers({ ...built, panels: place(sections, language) })
}

/** A menu of all our dashboards, which keeps the time range. What is chosen means another thing on each, so it stays. */
function menu(language: Language): DashboardLinkBuilder {
  return new DashboardLinkBuilder(others[language])
    .type(DashboardLinkType.Dashboards)
    .tags(['watchpost'])
    .asDropdown(true)
    .keepTime(true)
    .includeVars(false)
}
