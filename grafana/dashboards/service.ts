import { headings } from '../catalogue/headings.ts'
import { service as words } from '../catalogue/service.ts'
import { colour } from '../colours.ts'
import type { Dashboard } from '../dashboard.ts'
import { band, closedSection, section } from '../layout.ts'
import { linkToLogs } from '../links.ts'
import { passStates, presentStates, statusStates } from '../mappings.ts'
import { heatmap } from '../panels/heatmap.ts'
import { logs } from '../panels/logs.ts'
import type { Panel } from '../panels/panel.ts'
import { stat } from '../panels/stat.ts'
import { stateTimeline } from '../panels/timeline.ts'
import { timeSeries } from '../panels/time-series.ts'
import { now, series, statusCode, thisTarget, thresholdLine } from '../queries.ts'
import { atLeast, limits, upTo } from '../thresholds.ts'
import { unit } from '../units.ts'
import { lokiSource, oneTarget } from '../variables.ts'
import { diagnoses } from './diagnosis.ts'
import { statesOverTime } from './states-over-time.ts'
import { firingAlerts } from './firing.ts'
import { neighbours } from './neighbours.ts'

export function service(): Dashboard {
  return {
    name: 'service',
    text: words,
    from: 'now-6h',
    variables: [oneTarget, lokiSource],
    sections: [
      section(words.now, band(4, state(), availability(), responseTime(), cpu(), memory(), uptime())),
      section(
        words.why,
        band(6, [diagnosis(), 10], [alerts(), 14]),
        band(7, dependencies(), dependents()),
        band(6, states(), reasons()),
      ),
      section(words.traffic, band(8, requests(), phases(), durations()), band(7, usage(), httpStatus())),
      closedSection(words.checks, band(6, [assertions(), 18], [certificate(), 6])),
      closedSection(words.log, band(12, lines())),
    ],
  }
}

const toLogs = linkToLogs('target')
const phaseSeconds = `max by (phase) (watchpost_target_phase_seconds{${thisTarget}})`
/** A probe that fails early is no quick answer. */
const isUp = `max(watchpost_target_up{${thisTarget}}) == 1`
const cpuRatio = `max(watchpost_service_cpu_usage_ratio{${thisTarget}})`
const memoryRatio = `max(watchpost_service_memory_usage_ratio{${thisTarget}})`

function state(): Panel {
  return stat({
    id: 1,
    text: words.state,
    unit: unit.none,
    states: statusStates,
    filled: true,
    queries: [now(statusCode(thisTarget))],
  })
}

function availability(): Panel {
  return stat({
    id: 2,
    text: words.availability,
    unit: unit.ratio,
    decimals: 2,
    steps: atLeast(0.95, 0.995),
    queries: [now(`avg(avg_over_time(watchpost_target_up{${thisTarget}}[$__range]))`)],
  })
}

function responseTime(): Panel {
  return stat({
    id: 3,
    text: words.responseTime,
    unit: unit.seconds,
    steps: upTo(limits.response_time),
    queries: [now(`sum(${phaseSeconds}) and on () ${isUp}`)],
  })
}

function cpu(): Panel {
  return stat({
    id: 4,
    text: words.cpu,
    unit: unit.ratio,
    decimals: 0,
    steps: upTo(limits.cpu),
    queries: [now(cpuRatio)],
  })
}

function memory(): Panel {
  return stat({
    id: 5,
    text: words.memory,
    unit: unit.ratio,
    decimals: 0,
    steps: upTo(limits.memory),
    queries: [now(memoryRatio)],
  })
}

function uptime(): Panel {
  return stat({
    id: 6,
    text: words.uptime,
    unit: unit.duration,
    queries: [now(`max(watchpost_service_uptime_seconds{${thisTarget}})`)],
  })
}

function diagnosis(): Panel {
  return diagnoses({ id: 7, text: words.diagnosis, selector: thisTarget, isOfOne: true })
}

function alerts(): Panel {
  return firingAlerts({ id: 8, text: words.alerts, selector: thisTarget, isOfOne: true })
}

function dependencies(): Panel {
  return neighbours({ id: 9, text: words.dependencies, direction: 'dependencies' })
}

function dependents(): Panel {
  return neighbours({ id: 10, text: words.dependents, direction: 'dependents' })
}

function states(): Panel {
  return statesOverTime({ id: 11, text: words.states, of: [thisTarget] })
}

function reasons(): Panel {
  return stateTimeline({
    id: 12,
    text: words.reasons,
    emptyUntil: 'a target fails',
    states: presentStates,
    queries: [series(`max by (reason) (watchpost_target_failure{${thisTarget}} == 1)`, '{{reason}}')],
  })
}

function requests(): Panel {
  const rate = (metric: string): string => `sum(rate(${metric}{${thisTarget}}[$__rate_interval]))`
  return timeSeries({
    id: 13,
    links: [toLogs],
    text: words.requests,
    unit: unit.requestsPerSecond,
    min: 0,
    queries: [
      series(rate('watchpost_service_requests_total'), headings.requests),
      series(rate('watchpost_service_errors_total'), headings.errors),
    ],
  })
}

function phases(): Panel {
  return timeSeries({
    id: 14,
    links: [toLogs],
    text: words.phases,
    unit: unit.seconds,
    min: 0,
    kind: 'stacked',
    queries: [series(phaseSeconds, '{{phase}}')],
  })
}

function durations(): Panel {
  const histogram = `watchpost_target_probe_duration_seconds_bucket{${thisTarget}}`
  return heatmap({
    id: 15,
    text: words.durations,
    unit: unit.seconds,
    expr: `sum by (le) (increase(${histogram}[$__rate_interval]))`,
  })
}

function usage(): Panel {
  return timeSeries({
    id: 16,
    links: [toLogs],
    text: words.usage,
    unit: unit.ratio,
    min: 0,
    max: 1,
    queries: [series(cpuRatio, headings.cpu), series(memoryRatio, headings.memory), thresholdLine('cpu')],
  })
}

function httpStatus(): Panel {
  return stateTimeline({
    id: 17,
    text: words.httpStatus,
    steps: [colour.calm, [200, colour.good], [300, colour.calm], [400, colour.warning], [500, colour.bad]],
    queries: [series(`max(watchpost_service_http_status_code{${thisTarget}})`, 'HTTP')],
  })
}

function assertions(): Panel {
  return stateTimeline({
    id: 18,
    text: words.assertions,
    states: passStates,
    queries: [series(`min by (assertion) (watchpost_target_assertion{${thisTarget}})`, '{{assertion}}')],
  })
}

function certificate(): Panel {
  const end = `min(watchpost_target_tls_certificate_not_after_timestamp_seconds{${thisTarget}})`
  return stat({
    id: 19,
    text: words.certificate,
    unit: unit.fromNow,
    emptyUntil: 'a target is reached over TLS',
    queries: [series(`1000 * ${end}`, '')],
  })
}

function lines(): Panel {
  return logs({
    id: 20,
    text: words.lines,
    emptyUntil: 'logs are kept',
    expr: '{service_name=`${target:raw}`}',
  })
}
