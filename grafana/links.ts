// Links from one dashboard to another. They carry the time range, and what was clicked on as a variable.
import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import type { DashboardLink } from '@grafana/grafana-foundation-sdk/dashboard'
import { text } from './language.ts'
import type { Language, Text } from './language.ts'

export const uids = {
  overview: 'watchpost-overview',
  services: 'watchpost-services',
  service: 'watchpost-service',
  topology: 'watchpost-topology',
  tasks: 'watchpost-tasks',
  data_sources: 'watchpost-data-sources',
  databases: 'watchpost-databases',
  host: 'watchpost-host',
  slo: 'watchpost-slo',
  trends: 'watchpost-trends',
  alerts: 'watchpost-alerts',
  logs: 'watchpost-logs',
  watchpost: 'watchpost-self',
} as const

export type Destination = keyof typeof uids

export interface Link {
  readonly title: Text
  readonly url: string
}

/** Where in the clicked value the variable's own value is found: a table column or a label of a series. */
type From = 'column' | 'label'

const titles: Partial<Record<Destination, Text>> = {
  data_sources: text('Open among the data sources', '於資料來源中開啟'),
  databases: text('Open among the databases', '於資料庫中開啟'),
  tasks: text('Open this task', '開啟此任務'),
}

/** To a dashboard, with `variable` set to what was clicked on. */
export function linkTo(destination: Destination, variable: string, from: From, label = variable): Link {
  const clicked = from === 'column' ? `__data.fields.${label}` : `__field.labels.${label}`
  const url = `/d/${uids[destination]}?var-${variable}=\${${clicked}:percentencode}&\${__url_time_range}`
  return { title: titles[destination] ?? text('Open this target', '開啟此目標'), url }
}

/** Five minutes before and after. */
const windowMilliseconds = 600_000

/** To the logs of a target around the point that was clicked on: Grafana makes a range of `time` and `time.window`. */
export function linkToLogs(target: '__field.labels.target' | 'target'): Link {
  const moment = `time=\${__value.time}&time.window=${windowMilliseconds}`
  const url = `/d/${uids.logs}?var-target=\${${target}:percentencode}&${moment}`
  return { title: text('Read its logs of that moment', '查看當時的日誌'), url }
}

/** From a cell that may name a target of any kind: to its own page, or to it among those of its kind. */
export const toAnyTarget: readonly Link[] = (['service', 'databases', 'data_sources'] as const).map(
  (destination) => linkTo(destination, 'target', 'column'),
)

/** To a dashboard as a whole. */
export function linkToAll(destination: Destination, title: Text): Link {
  return { title, url: `/d/${uids[destination]}?\${__url_time_range}` }
}

export function buildLink(link: Link, language: Language): Builder<DashboardLink> {
  return new DashboardLinkBuilder(link.title[language]).type(DashboardLinkType.Link).url(link.url)
}
