import { headings } from '../catalogue/headings.ts'
import { host as words } from '../catalogue/host.ts'
import type { Dashboard } from '../dashboard.ts'
import { host as ask } from '../host-queries.ts'
import { text } from '../language.ts'
import { band, section } from '../layout.ts'
import { barGauge } from '../panels/bar-gauge.ts'
import type { Panel, PanelFacts } from '../panels/panel.ts'
import { stat } from '../panels/stat.ts'
import { timeSeries } from '../panels/time-series.ts'
import { now, series, thresholdLine } from '../queries.ts'
import type { Query } from '../queries.ts'
import { limits, soon, upTo } from '../thresholds.ts'
import type { Steps } from '../thresholds.ts'
import { unit } from '../units.ts'
import { containers } from './containers.ts'

export function host(): Dashboard {
  return {
    name: 'host',
    text: words,
    from: 'now-6h',
    sections: [
      section(words.now, band(4, cpu(), memory(), disk(), uptime())),
      section(words.use, band(8, cpuByMode(), memoryUse(), filesystems())),
      section(words.saturation, band(8, load(), pressure(), full())),
      section(words.traffic, band(8, diskTraffic(), network(), networkErrors())),
      containers(),
    ],
  }
}

function usage(facts: PanelFacts, expr: string, steps: Steps): Panel {
  return stat({ ...facts, unit: unit.ratio, decimals: 0, steps, queries: [now(expr)] })
}

/** A graph from zero upwards. */
function graph(facts: PanelFacts, ...queries: readonly Query[]): Panel {
  return timeSeries({ ...facts, min: 0, queries })
}

function cpu(): Panel {
  return usage({ id: 1, text: words.cpu }, ask.cpuRatio, upTo(limits.cpu))
}

function memory(): Panel {
  return usage({ id: 2, text: words.memory }, ask.memoryRatio, upTo(limits.memory))
}

function disk(): Panel {
  return usage({ id: 3, text: words.disk }, `max(${ask.filesystemRatio})`, upTo(limits.disk))
}

function uptime(): Panel {
  return stat({ id: 4, text: words.uptime, unit: unit.duration, queries: [now(ask.uptimeSeconds)] })
}

function cpuByMode(): Panel {
  const cores = 'count(count by (cpu) (watchpost_host_cpu_seconds_total{mode="idle"}))'
  const busy = 'sum by (mode) (rate(watchpost_host_cpu_seconds_total{mode!="idle"}[$__rate_interval]))'
  return timeSeries({
    id: 5,
    text: words.cpuByMode,
    unit: unit.ratio,
    min: 0,
    max: 1,
    kind: 'stacked',
    queries: [series(`${busy} / on () group_left () ${cores}`, '{{mode}}'), thresholdLine('cpu')],
  })
}

function memoryUse(): Panel {
  const total = 'max(watchpost_host_memory_total_bytes)'
  const available = 'max(watchpost_host_memory_available_bytes)'
  return timeSeries({
    id: 6,
    text: words.memoryUse,
    unit: unit.bytes,
    min: 0,
    kind: 'stacked',
    queries: [
      series(`${total} - ${available}`, text('used', '已使用')),
      series(available, text('available', '可用')),
    ],
  })
}

function filesystems(): Panel {
  return timeSeries({
    id: 7,
    text: words.filesystems,
    unit: unit.ratio,
    min: 0,
    max: 1,
    queries: [series(ask.filesystemRatio, '{{mountpoint}}'), thresholdLine('disk')],
  })
}

function load(): Panel {
  const cores = 'count(count by (cpu) (watchpost_host_cpu_seconds_total{mode="idle"}))'
  return graph(
    { id: 8, text: words.load, unit: unit.none },
    series('max(watchpost_host_load1)', text('1 minute', '1 分鐘')),
    series('max(watchpost_host_load5)', text('5 minutes', '5 分鐘')),
    series('max(watchpost_host_load15)', text('15 minutes', '15 分鐘')),
    series(cores, text('cores', '核心數'), { refId: 'threshold' }),
  )
}

function pressure(): Panel {
  const waiting = (resource: string): string =>
    `max(rate(watchpost_host_pressure_${resource}_waiting_seconds_total[$__rate_interval]))`
  return graph(
    { id: 9, text: words.pressure, unit: unit.ratio, emptyUntil: 'the kernel counts pressure' },
    series(waiting('cpu'), headings.cpu),
    series(waiting('memory'), headings.memory),
    series(waiting('io'), headings.disk),
  )
}

function full(): Panel {
  return barGauge({
    id: 10,
    text: words.full,
    unit: unit.duration,
    steps: soon,
    max: 7 * 86_400,
    emptyUntil: 'a disk fills up',
    queries: [now(ask.fullInSeconds, '{{mountpoint}}')],
  })
}

function diskTraffic(): Panel {
  const rate = (metric: string): string =>
    `sum(rate(watchpost_host_disk_${metric}_bytes_total[$__rate_interval]))`
  return graph(
    { id: 11, text: words.diskTraffic, unit: unit.bytesPerSecond },
    series(rate('read'), text('read', '讀取')),
    series(rate('written'), text('written', '寫入')),
  )
}

function network(): Panel {
  return graph(
    { id: 12, text: words.network, unit: unit.bytesPerSecond },
    series(ask.received, text('received', '接收')),
    series(ask.sent, text('sent', '傳送')),
  )
}

function networkErrors(): Panel {
  const rate = (metric: string): string =>
    `sum(rate(watchpost_host_network_${metric}_total[$__rate_interval]))`
  return graph(
    { id: 13, text: words.networkErrors, unit: unit.perSecond },
    series(`${rate('receive_errs')} + ${rate('transmit_errs')}`, text('damaged', '損壞')),
    series(`${rate('receive_drop')} + ${rate('transmit_drop')}`, text('dropped', '丟棄')),
  )
}
