import { headings } from '../catalogue/headings.ts'
import { services as words } from '../catalogue/services.ts'
import type { Dashboard } from '../dashboard.ts'
import { reasons } from '../label-words.ts'
import { band, section } from '../layout.ts'
import { linkTo, linkToLogs } from '../links.ts'
import { statusStates } from '../mappings.ts'
import { barGauge } from '../panels/bar-gauge.ts'
import type { Panel } from '../panels/panel.ts'
import { table } from '../panels/table.ts'
import { timeSeries } from '../panels/time-series.ts'
import {
  chosenServices,
  chosenTargets,
  now,
  responseTimeOf,
  series,
  statusCode,
  thresholdLine,
} from '../queries.ts'
import { atLeast, limits, noneIsQuiet, upTo } from '../thresholds.ts'
import { unit } from '../units.ts'
import { targetsOfKind } from '../variables.ts'
import { statesOverTime } from './states-over-time.ts'

export function services(): Dashboard {
  return {
    name: 'services',
    text: words,
    from: 'now-6h',
    variables: [targetsOfKind('service')],
    sections: [
      section(words.state, band(9, all()), band(8, [states(), 16], [availability(), 8])),
      section(words.traffic, band(8, requests(), errors(), responseTime())),
      section(words.resources, band(8, cpu(), memory(), restarts())),
    ],
  }
}

const toService = linkTo('service', 'target', 'label')
const toLogs = linkToLogs('__field.labels.target')
const responseSeconds = responseTimeOf(chosenServices)
const requestRate = `sum by (target) (rate(watchpost_service_requests_total{${chosenTargets}}[$__rate_interval]))`
const errorRate = `sum by (target) (rate(watchpost_service_errors_total{${chosenTargets}}[$__rate_interval]))`
const errorRatio = `${errorRate} / (${requestRate} > 0)`

function all(): Panel {
  return table({
    id: 1,
    text: words.table,
    keys: {
      target: { heading: headings.service, links: [linkTo('service', 'target', 'column')] },
      reason: { heading: headings.reason, states: reasons },
    },
    values: [
      { expr: statusCode(chosenServices), heading: headings.state, states: statusStates, shown: 'filled' },
      { expr: `max by (target, reason) (watchpost_target_failure{${chosenServices}} == 1)` },
      {
        expr: responseSeconds,
        heading: headings.responseTime,
        unit: unit.seconds,
        steps: upTo(limits.response_time),
        shown: 'coloured',
      },
      { expr: requestRate, heading: headings.requests, unit: unit.requestsPerSecond },
      {
        expr: errorRatio,
        heading: headings.errorRatio,
        unit: unit.ratio,
        steps: upTo(limits.error_rate),
        shown: 'coloured',
      },
      {
        expr: `max by (target) (watchpost_service_cpu_usage_ratio{${chosenTargets}})`,
        heading: headings.cpu,
        unit: unit.ratio,
        steps: upTo(limits.cpu),
        shown: 'gauge',
      },
      {
        expr: `max by (target) (watchpost_service_memory_usage_ratio{${chosenTargets}})`,
        heading: headings.memory,
        unit: unit.ratio,
        steps: upTo(limits.memory),
        shown: 'gauge',
      },
      {
        expr: `max by (target) (watchpost_service_uptime_seconds{${chosenTargets}})`,
        heading: headings.uptime,
        unit: unit.duration,
      },
    ],
    sort: [{ by: headings.state, descending: true }],
  })
}

function states(): Panel {
  return statesOverTime({ id: 2, text: words.states, of: [chosenServices], links: [toService] })
}

function availability(): Panel {
  return barGauge({
    id: 3,
    text: words.availability,
    unit: unit.ratio,
    steps: atLeast(0.95, 0.995),
    links: [toService],
    queries: [
      now(`avg by (target) (avg_over_time(watchpost_target_up{${chosenServices}}[$__range]))`, '{{target}}'),
    ],
  })
}

function requests(): Panel {
  return timeSeries({
    id: 4,
    text: words.requests,
    unit: unit.requestsPerSecond,
    min: 0,
    links: [toService, toLogs],
    queries: [series(requestRate, '{{target}}')],
  })
}

function errors(): Panel {
  return timeSeries({
    id: 5,
    text: words.errors,
    unit: unit.ratio,
    min: 0,
    links: [toService, toLogs],
    queries: [series(errorRatio, '{{target}}'), thresholdLine('error_rate')],
  })
}

function responseTime(): Panel {
  return timeSeries({
    id: 6,
    text: words.responseTime,
    unit: unit.seconds,
    min: 0,
    links: [toService, toLogs],
    queries: [series(responseSeconds, '{{target}}'), thresholdLine('response_time')],
  })
}

function cpu(): Panel {
  return timeSeries({
    id: 7,
    text: words.cpu,
    unit: unit.ratio,
    min: 0,
    max: 1,
    links: [toService, toLogs],
    queries: [
      series(`max by (target) (watchpost_service_cpu_usage_ratio{${chosenTargets}})`, '{{target}}'),
      thresholdLine('cpu'),
    ],
  })
}

function memory(): Panel {
  return timeSeries({
    id: 8,
    text: words.memory,
    unit: unit.ratio,
    min: 0,
    max: 1,
    links: [toService, toLogs],
    queries: [
      series(`max by (target) (watchpost_service_memory_usage_ratio{${chosenTargets}})`, '{{target}}'),
      thresholdLine('memory'),
    ],
  })
}

function restarts(): Panel {
  return barGauge({
    id: 9,
    text: words.restarts,
    unit: unit.count,
    steps: noneIsQuiet,
    max: 10,
    links: [toService],
    queries: [
      now(
        `max by (target) (resets(watchpost_service_uptime_seconds{${chosenTargets}}[$__range]))`,
        '{{target}}',
      ),
    ],
  })
}
