// Advice that follows from the numbers: each rule marks the targets that it holds for, and the mark becomes a sentence.
import { headings } from '../catalogue/headings.ts'
import { advice, trends as words } from '../catalogue/trends.ts'
import { colour } from '../colours.ts'
import { host } from '../host-queries.ts'
import { linkTo } from '../links.ts'
import type { States } from '../mappings.ts'
import type { Panel } from '../panels/panel.ts'
import { afterAnHour } from '../queries.ts'
import { table } from '../panels/table.ts'
import { unit } from '../units.ts'

type Advice = keyof typeof advice

/** Where a value is above its limit: how many times the limit it is. */
function beyond(value: string, name: string): string {
  return `(${value}) / on () group_left () max(watchpost_threshold{name="${name}"}) > 1`
}

const errorsPerRequest =
  'sum by (target) (increase(watchpost_service_errors_total[1h])) / (sum by (target) (increase(watchpost_service_requests_total[1h])) > 0)'
const answer =
  'sum by (target) (rate(watchpost_target_probe_duration_seconds_sum{kind="service"}[1h])) / (sum by (target) (rate(watchpost_target_probe_duration_seconds_count{kind="service"}[1h])) > 0)'
const stillShrinks = 'min by (mountpoint) (deriv(watchpost_host_filesystem_avail_bytes[1h])) < 0'
const fullIn = `(${host.fullInSeconds} < 604800) and on (mountpoint) ${stillShrinks}`
const spentIn =
  'clamp_min(max by (target) (watchpost_data_source_quota_exhausted_timestamp_seconds) - time(), 0)'
const connectionsUsed =
  'sum by (target) (max by (target, state) (watchpost_database_connections)) / max by (target) (watchpost_database_connections_max)'

const memoryInADay = 'max by (target) (predict_linear(watchpost_service_memory_usage_ratio[6h], 86400))'

type Rules = Readonly<Partial<Record<Advice, string>>>

const ofLimits: Rules = {
  errors: beyond(errorsPerRequest, 'error_rate'),
  slow: beyond(answer, 'response_time'),
  cpu: beyond('max by (target) (avg_over_time(watchpost_service_cpu_usage_ratio[1h]))', 'cpu'),
  memory: afterAnHour(beyond(memoryInADay, 'memory'), 'watchpost_service_memory_usage_ratio'),
  connections: `(${connectionsUsed}) / 0.8 > 1`,
}

const lasting: Rules = {
  disk: `label_replace(max by (mountpoint) (${fullIn}), "target", "$1", "mountpoint", "(.+)")`,
  quota: spentIn,
}

function marked(rules: Rules): string {
  const each = Object.entries(rules).map(
    ([mark, rule]) => `label_replace(max by (target) (${rule}), "advice", "${mark}", "", "")`,
  )
  return each.join(' or ')
}

const states: States = Object.fromEntries(
  Object.entries(advice).map(([mark, sentence]) => [mark, [sentence, colour.neutral] as const]),
)

export function recommendations(): Panel {
  return table({
    id: 1,
    text: words.recommendations,
    emptyUntil: 'a value is unusual',
    keys: {
      target: { heading: headings.target, links: [linkTo('service', 'target', 'column')], widthPixels: 220 },
      advice: { heading: words.headings.what, states, shown: 'wrapped' },
    },
    values: [
      {
        expr: marked(ofLimits),
        heading: words.headings.ofLimit,
        unit: unit.ratio,
        decimals: 0,
        widthPixels: 120,
      },
      { expr: marked(lasting), heading: words.headings.lasts, unit: unit.duration, widthPixels: 120 },
    ],
    sort: [{ by: headings.target }],
  })
}
