import { dataSources as words } from '../catalogue/data-sources.ts'
import { headings } from '../catalogue/headings.ts'
import type { Dashboard } from '../dashboard.ts'
import { reasons } from '../label-words.ts'
import { text } from '../language.ts'
import { band, section } from '../layout.ts'
import { linkTo } from '../links.ts'
import { connectionStates } from '../mappings.ts'
import { barGauge } from '../panels/bar-gauge.ts'
import type { Panel } from '../panels/panel.ts'
import { stateTimeline } from '../panels/timeline.ts'
import { table } from '../panels/table.ts'
import type { Value } from '../panels/table.ts'
import { timeSeries } from '../panels/time-series.ts'
import { chosenTargets, connectionCode, now, responseTimeOf, series } from '../queries.ts'
import { atLeast, noneIsQuiet, soon, upTo } from '../thresholds.ts'
import { unit } from '../units.ts'
import { targetsOfKind } from '../variables.ts'

export function dataSources(): Dashboard {
  return {
    name: 'data_sources',
    text: words,
    from: 'now-24h',
    variables: [targetsOfKind('data_source')],
    sections: [
      section(words.now, band(8, all()), band(6, states())),
      section(words.freshness, band(8, age(), lateness())),
      section(words.quota, band(8, quotaUsed(), burnDown(), exhausted())),
      section(words.quality, band(8, score(), dimensions())),
      section(words.traffic, band(8, responseTime(), errors())),
    ],
  }
}

const toSource = linkTo('service', 'target', 'label')

function latest(fact: string): string {
  return `max by (target) (watchpost_data_source_${fact}{${chosenTargets}})`
}

const sinceSync = `time() - ${latest('last_sync_timestamp_seconds')}`
const quotaRatio = `${latest('quota_used')} / (${latest('quota_limit')} > 0)`
const quotaLeft = `${latest('quota_limit')} - ${latest('quota_used')}`
const responseSeconds = responseTimeOf(`kind="data_source",${chosenTargets}`)

function all(): Panel {
  const heading = words.headings
  return table({
    id: 1,
    text: words.table,
    keys: {
      target: { heading: headings.source, links: [linkTo('service', 'target', 'column')] },
      reason: { heading: headings.reason, states: reasons },
    },
    values: columns(),
    sort: [{ by: heading.connection, descending: true }],
  })
}

function columns(): readonly Value[] {
  const heading = words.headings
  return [
    {
      expr: connectionCode(chosenTargets),
      heading: heading.connection,
      states: connectionStates,
      shown: 'filled',
    },
    {
      expr: `max by (target, reason) (watchpost_target_failure{kind="data_source",${chosenTargets}} == 1)`,
    },
    {
      expr: `1000 * ${latest('last_sync_timestamp_seconds')}`,
      heading: heading.lastSync,
      unit: unit.fromNow,
    },
    {
      expr: latest('sync_interval_seconds'),
      heading: heading.interval,
      unit: unit.duration,
      widthPixels: 105,
    },
    {
      expr: latest('quality_score_ratio'),
      heading: heading.quality,
      unit: unit.ratio,
      steps: atLeast(0.8, 0.95),
      shown: 'gauge',
    },
    { expr: quotaRatio, heading: heading.quota, unit: unit.ratio, steps: upTo(0.9), shown: 'gauge' },
    {
      expr: `1000 * ${latest('quota_reset_timestamp_seconds')}`,
      heading: heading.reset,
      unit: unit.fromNow,
      widthPixels: 120,
    },
    { expr: responseSeconds, heading: headings.responseTime, unit: unit.seconds, widthPixels: 120 },
    {
      expr: `sum by (target) (increase(watchpost_data_source_errors_total{${chosenTargets}}[$__range]))`,
      heading: headings.errors,
      widthPixels: 100,
      unit: unit.count,
      decimals: 0,
      steps: noneIsQuiet,
      shown: 'coloured',
    },
  ]
}

function states(): Panel {
  return stateTimeline({
    id: 2,
    text: words.states,
    states: connectionStates,
    links: [toSource],
    queries: [series(connectionCode(chosenTargets), '{{target}}')],
  })
}

function age(): Panel {
  return timeSeries({
    id: 3,
    text: words.age,
    unit: unit.seconds,
    min: 0,
    links: [toSource],
    queries: [series(sinceSync, '{{target}}')],
  })
}

function lateness(): Panel {
  return timeSeries({
    id: 4,
    text: words.lateness,
    unit: unit.none,
    min: 0,
    links: [toSource],
    queries: [series(`(${sinceSync}) / (${latest('sync_interval_seconds')} > 0)`, '{{target}}')],
  })
}

function quotaUsed(): Panel {
  return barGauge({
    id: 5,
    text: words.quotaUsed,
    unit: unit.ratio,
    steps: upTo(0.9),
    links: [toSource],
    queries: [now(quotaRatio, '{{target}}')],
  })
}

function burnDown(): Panel {
  return timeSeries({
    id: 6,
    text: words.burnDown,
    unit: unit.count,
    min: 0,
    links: [toSource],
    queries: [series(quotaLeft, '{{target}}')],
  })
}

function exhausted(): Panel {
  return barGauge({
    id: 7,
    text: words.exhausted,
    unit: unit.duration,
    steps: soon,
    max: 86_400,
    emptyUntil: 'a quota runs out',
    links: [toSource],
    queries: [now(`clamp_min(${latest('quota_exhausted_timestamp_seconds')} - time(), 0)`, '{{target}}')],
  })
}

function score(): Panel {
  return timeSeries({
    id: 8,
    text: words.score,
    unit: unit.ratio,
    min: 0,
    max: 1,
    links: [toSource],
    queries: [series(latest('quality_score_ratio'), '{{target}}')],
  })
}

function dimensions(): Panel {
  const byDimension = `max by (target, dimension) (watchpost_data_source_quality_ratio{${chosenTargets}})`
  return barGauge({
    id: 9,
    text: words.dimensions,
    unit: unit.ratio,
    steps: atLeast(0.8, 0.95),
    links: [toSource],
    queries: [now(byDimension, '{{target}} {{dimension}}')],
  })
}

function responseTime(): Panel {
  return timeSeries({
    id: 10,
    text: words.responseTime,
    unit: unit.seconds,
    min: 0,
    links: [toSource],
    queries: [series(responseSeconds, '{{target}}')],
  })
}

function errors(): Panel {
  const rate = (metric: string): string =>
    `sum by (target) (rate(watchpost_data_source_${metric}{${chosenTargets}}[$__rate_interval]))`
  return timeSeries({
    id: 11,
    text: words.errors,
    unit: unit.perSecond,
    min: 0,
    links: [toSource],
    queries: [
      series(rate('errors_total'), text('{{target}} failed', '{{target}} 失敗')),
      series(rate('rate_limited_total'), text('{{target}} rate limited', '{{target}} 限流')),
    ],
  })
}
