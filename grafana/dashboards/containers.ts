// The lower part of the dashboard of the host: what its containers do.
import { host as words } from '../catalogue/host.ts'
import { band, section } from '../layout.ts'
import type { Section } from '../layout.ts'
import type { Panel } from '../panels/panel.ts'
import { timeSeries } from '../panels/time-series.ts'
import { series } from '../queries.ts'
import { unit } from '../units.ts'

export function containers(): Section {
  return section(words.containers, band(8, cpu(), memory()))
}

function cpu(): Panel {
  return timeSeries({
    id: 21,
    text: words.containerCpu,
    unit: unit.none,
    min: 0,
    emptyUntil: 'containers are watched',
    queries: [
      series(
        'sum by (container) (rate(watchpost_container_cpu_usage_seconds_total[$__rate_interval]))',
        '{{container}}',
      ),
    ],
  })
}

function memory(): Panel {
  const used = 'max by (container) (watchpost_container_memory_usage_bytes)'
  const limit = 'max by (container) (watchpost_container_memory_limit_bytes > 0)'
  return timeSeries({
    id: 22,
    text: words.containerMemory,
    unit: unit.ratio,
    min: 0,
    emptyUntil: 'containers are watched',
    queries: [series(`${used} / ${limit}`, '{{container}}')],
  })
}
