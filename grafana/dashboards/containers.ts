// The lower part of the dashboard of the host: what its containers do.
import { headings } from '../catalogue/headings.ts'
import { host as words } from '../catalogue/host.ts'
import { band, section } from '../layout.ts'
import type { Section } from '../layout.ts'
import { linkTo } from '../links.ts'
import { containerStates } from '../mappings.ts'
import type { Panel, PanelFacts } from '../panels/panel.ts'
import { table } from '../panels/table.ts'
import { timeSeries } from '../panels/time-series.ts'
import { series, thresholdLine } from '../queries.ts'
import { limits, noneIsGood, noneIsQuiet, upTo } from '../thresholds.ts'
import { unit } from '../units.ts'

export function containers(): Section {
  return section(words.containers, band(8, all()), band(8, cpu(), memory()))
}

function latest(fact: string): string {
  return `max by (container) (watchpost_container_${fact})`
}

function grown(fact: string): string {
  return `max by (container) (increase(watchpost_container_${fact}[$__range]))`
}

const counted = { unit: unit.count, decimals: 0, shown: 'coloured' } as const

function all(): Panel {
  const heading = words.headings
  return table({
    id: 20,
    text: words.containerTable,
    emptyUntil: 'containers are watched',
    keys: {
      container: { heading: heading.container },
      target: { heading: heading.service, links: [linkTo('service', 'target', 'column')] },
      state: { heading: headings.state, states: containerStates, shown: 'coloured' },
      health: { heading: heading.health, states: containerStates, shown: 'coloured' },
    },
    values: [
      { expr: 'max by (container, target) (watchpost_container_info)' },
      { expr: 'max by (container, state) (watchpost_container_state == 1)' },
      { expr: 'max by (container, health) (watchpost_container_health == 1)' },
      {
        expr: latest('cpu_usage_ratio'),
        heading: headings.cpu,
        unit: unit.ratio,
        steps: upTo(limits.cpu),
        shown: 'gauge',
      },
      {
        expr: latest('memory_usage_ratio'),
        heading: headings.memory,
        unit: unit.ratio,
        steps: upTo(limits.memory),
        shown: 'gauge',
      },
      { expr: grown('restarts_total'), heading: heading.restarts, steps: noneIsQuiet, ...counted },
      { expr: grown('oom_kills_total'), heading: heading.kills, steps: noneIsGood, ...counted },
      { expr: `1000 * ${latest('start_timestamp_seconds')}`, heading: heading.started, unit: unit.fromNow },
    ],
    sort: [{ by: headings.state }],
  })
}

function usage(facts: PanelFacts, metric: 'cpu' | 'memory'): Panel {
  return timeSeries({
    ...facts,
    unit: unit.ratio,
    min: 0,
    emptyUntil: 'containers are watched',
    queries: [series(latest(`${metric}_usage_ratio`), '{{container}}'), thresholdLine(metric)],
  })
}

function cpu(): Panel {
  return usage({ id: 21, text: words.containerCpu }, 'cpu')
}

function memory(): Panel {
  return usage({ id: 22, text: words.containerMemory }, 'memory')
}
