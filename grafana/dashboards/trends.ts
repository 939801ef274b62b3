import { headings } from '../catalogue/headings.ts'
import { trends as words } from '../catalogue/trends.ts'
import type { Dashboard } from '../dashboard.ts'
import { host } from '../host-queries.ts'
import { text } from '../language.ts'
import { band, section } from '../layout.ts'
import { linkTo } from '../links.ts'
import { barGauge } from '../panels/bar-gauge.ts'
import type { Panel, PanelFacts } from '../panels/panel.ts'
import { table } from '../panels/table.ts'
import { timeSeries } from '../panels/time-series.ts'
import { afterAnHour, now, series, thisTarget, thresholdLine } from '../queries.ts'
import { soon } from '../thresholds.ts'
import { unit } from '../units.ts'
import { oneService } from '../variables.ts'
import { recommendations } from './recommendations.ts'

export function trends(): Dashboard {
  return {
    name: 'trends',
    text: words,
    from: 'now-24h',
    variables: [oneService],
    sections: [
      section(words.advice, band(7, recommendations())),
      section(words.usual, band(8, responseTime(), requestRate()), band(8, cpu(), memory(), unusual())),
      section(words.forecast, band(8, memoryForecast(), capacity(), slopes())),
      section(words.weeks, band(7, weekly(), weeklyTasks())),
    ],
  }
}

const cpuRatio = 'watchpost_service_cpu_usage_ratio'
const memoryRatio = 'watchpost_service_memory_usage_ratio'
const duration = 'watchpost_target_probe_duration_seconds'
const usually = [text('usually below', '通常低於'), text('usually above', '通常高於')] as const

function averageAnswer(selector: string, window: string, offset = ''): string {
  const rate = (part: string): string =>
    `sum by (target) (rate(${duration}_${part}{${selector}}[${window}]${offset}))`
  return `${rate('sum')} / (${rate('count')} > 0)`
}

/** A signal within the band that yesterday and last week make usual. */
function withinBand(facts: PanelFacts, signal: string): Panel {
  const level = (kind: string): string =>
    `max by (target) (target_signal:watchpost_anomaly_level:${kind}{signal="${signal}",${thisTarget}})`
  return timeSeries({
    ...facts,
    min: 0,
    queries: [
      series(level('avg5m'), '{{target}}'),
      series(level('upper'), usually[0], { refId: 'upper' }),
      series(level('lower'), usually[1], { refId: 'lower' }),
    ],
  })
}

function responseTime(): Panel {
  return withinBand({ id: 2, text: words.responseTime, unit: unit.seconds }, 'response_time')
}

function requestRate(): Panel {
  return withinBand({ id: 11, text: words.requestRate, unit: unit.requestsPerSecond }, 'request_rate')
}

/** A gauge of the target within what it was for 90 % of the day. */
function withinUsual(facts: PanelFacts, metric: string): Panel {
  const quantile = (share: number): string =>
    `max(quantile_over_time(${share}, ${metric}{${thisTarget}}[1d]))`
  return timeSeries({
    ...facts,
    unit: unit.ratio,
    min: 0,
    queries: [
      series(`max by (target) (${metric}{${thisTarget}})`, '{{target}}'),
      series(quantile(0.95), usually[0], { refId: 'upper', step: '5m' }),
      series(quantile(0.05), usually[1], { refId: 'lower', step: '5m' }),
    ],
  })
}

function cpu(): Panel {
  return withinUsual({ id: 3, text: words.cpu }, cpuRatio)
}

function memory(): Panel {
  return withinUsual({ id: 4, text: words.memory }, memoryRatio)
}

function unusual(): Panel {
  const score = (metric: string): string => {
    const of = (over: string): string => `max(${over}(${metric}{${thisTarget}}[1d]))`
    return `(max(${metric}{${thisTarget}}) - ${of('avg_over_time')}) / (${of('stddev_over_time')} > 0)`
  }
  return timeSeries({
    id: 5,
    text: words.unusual,
    unit: unit.none,
    queries: [
      series(score(cpuRatio), headings.cpu, { step: '5m' }),
      series(score(memoryRatio), headings.memory, { step: '5m' }),
    ],
  })
}

function memoryForecast(): Panel {
  const inADay = `clamp_min(max by (target) (predict_linear(${memoryRatio}[6h], 86400)), 0)`
  return timeSeries({
    id: 6,
    text: words.memoryForecast,
    emptyUntil: 'an hour has passed',
    unit: unit.ratio,
    min: 0,
    links: [linkTo('service', 'target', 'label')],
    queries: [
      series(afterAnHour(inADay, memoryRatio), '{{target}}', {
        step: '5m',
      }),
      thresholdLine('memory'),
    ],
  })
}

function capacity(): Panel {
  const spent = 'max by (target) (watchpost_data_source_quota_exhausted_timestamp_seconds)'
  return barGauge({
    id: 7,
    text: words.capacity,
    unit: unit.duration,
    steps: soon,
    max: 7 * 86_400,
    emptyUntil: 'a disk fills up',
    queries: [
      now(host.fullInSeconds, '{{mountpoint}}'),
      now(`clamp_min(${spent} - time(), 0)`, '{{target}}'),
    ],
  })
}

function slopes(): Panel {
  const hour = (metric: string, offset = ''): string =>
    `max by (target) (avg_over_time(${metric}[1h]${offset}))`
  const perDay = (metric: string): string => `${hour(metric)} - ${hour(metric, ' offset 1d')}`
  const heading = words.headings
  const change = { unit: unit.ratio, decimals: 1 }
  return table({
    id: 8,
    text: words.slopes,
    emptyUntil: 'a day has passed',
    keys: { target: { heading: headings.service, links: [linkTo('service', 'target', 'column')] } },
    values: [
      { expr: perDay(cpuRatio), heading: heading.cpuSlope, ...change },
      { expr: perDay(memoryRatio), heading: heading.memorySlope, ...change },
    ],
  })
}

function weekly(): Panel {
  const average = (metric: string, offset = ''): string =>
    `max by (target) (avg_over_time(${metric}[1d]${offset}))`
  const change = (metric: string): string => `${average(metric)} / ${average(metric, ' offset 1w')} - 1`
  const heading = words.headings
  const shown = { unit: unit.ratio, decimals: 0 }
  const answers = `(${averageAnswer('kind="service"', '1d')}) / (${averageAnswer('kind="service"', '1d', ' offset 1w')}) - 1`
  return table({
    id: 9,
    text: words.weekly,
    emptyUntil: 'weeks have passed',
    keys: { target: { heading: headings.service, links: [linkTo('service', 'target', 'column')] } },
    values: [
      { expr: answers, heading: heading.responseSlope, ...shown },
      { expr: change(cpuRatio), heading: heading.cpuSlope, ...shown },
      { expr: change(memoryRatio), heading: heading.memorySlope, ...shown },
    ],
  })
}

function weeklyTasks(): Panel {
  const average = (offset: string): string => {
    const grown = (part: string): string =>
      `sum by (task) (increase(watchpost_task_run_duration_seconds_${part}[1d]${offset}))`
    return `(${grown('sum')} / (${grown('count')} > 0))`
  }
  return table({
    id: 10,
    text: words.weeklyTasks,
    emptyUntil: 'weeks have passed',
    keys: { task: { heading: headings.task, links: [linkTo('tasks', 'task', 'column')] } },
    values: [
      {
        expr: `${average('')} / ${average(' offset 1w')} - 1`,
        heading: words.headings.change,
        unit: unit.ratio,
        decimals: 0,
      },
    ],
  })
}
