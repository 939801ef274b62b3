// Advice that follows from the numbers: each rule marks the targets that it holds for, and the mark becomes a sentence.
import { headings } from '../catalogue/headings.ts'
import { advice, trends as words } from '../catalogue/trends.ts'
import { colour } from '../colours.ts'
import { linkTo } from '../links.ts'
import type { States } from '../mappings.ts'
import type { Panel } from '../panels/panel.ts'
import { afterAnHour } from '../queries.ts'
import { table } from '../panels/table.ts'

type Advice = keyof typeof advice

const limit = (name: string): string => `on () group_left () max(watchpost_threshold{name="${name}"})`
const errorsPerRequest =
  'sum by (target) (increase(watchpost_service_errors_total[1h])) / (sum by (target) (increase(watchpost_service_requests_total[1h])) > 0)'
const answer =
  'sum by (target) (rate(watchpost_target_probe_duration_seconds_sum{kind="service"}[1h])) / (sum by (target) (rate(watchpost_target_probe_duration_seconds_count{kind="service"}[1h])) > 0)'
const diskInAWeek =
  'predict_linear(watchpost_host_filesystem_avail_bytes[6h], 604800) < 0 and deriv(watchpost_host_filesystem_avail_bytes[1h]) < 0'
const quotaSpentIn = 'max by (target) (watchpost_data_source_quota_exhausted_timestamp_seconds) - time()'
const connectionsUsed =
  'sum by (target) (max by (target, state) (watchpost_database_connections)) / max by (target) (watchpost_database_connections_max)'

const rules: Readonly<Record<Advice, string>> = {
  errors: `(${errorsPerRequest}) > ${limit('error_rate')}`,
  slow: `(${answer}) > ${limit('response_time')}`,
  cpu: `max by (target) (avg_over_time(watchpost_service_cpu_usage_ratio[1h])) > ${limit('cpu')}`,
  memory: afterAnHour(
    `max by (target) (predict_linear(watchpost_service_memory_usage_ratio[6h], 86400)) > ${limit('memory')}`,
    'watchpost_service_memory_usage_ratio',
  ),
  disk: `label_replace(max by (mountpoint) (${diskInAWeek}), "target", "$1", "mountpoint", "(.+)")`,
  quota: quotaSpentIn,
  connections: `(${connectionsUsed}) > 0.8`,
}

const states: States = Object.fromEntries(
  Object.entries(advice).map(([mark, sentence]) => [mark, [sentence, colour.neutral] as const]),
)

export function recommendations(): Panel {
  const marked = Object.entries(rules).map(
    ([mark, rule]) => `label_replace(max by (target) (${rule}), "advice", "${mark}", "", "")`,
  )
  return table({
    id: 1,
    text: words.recommendations,
    emptyUntil: 'a value is unusual',
    keys: {
      target: { heading: headings.target, links: [linkTo('service', 'target', 'column')], widthPixels: 220 },
      advice: { heading: words.headings.what, states, shown: 'wrapped' },
    },
    values: [{ expr: marked.join(' or '), heading: words.headings.value, decimals: 2, widthPixels: 120 }],
    sort: [{ by: headings.target }],
  })
}
