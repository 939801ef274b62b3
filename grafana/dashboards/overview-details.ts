// The lower half of the overview: the platform's own numbers, tasks, sources and the host.
import { dataSources } from '../catalogue/data-sources.ts'
import { headings } from '../catalogue/headings.ts'
import { host as hostWords } from '../catalogue/host.ts'
import { overview as words } from '../catalogue/overview.ts'
import { host } from '../host-queries.ts'
import { text } from '../language.ts'
import { band, section } from '../layout.ts'
import type { Section } from '../layout.ts'
import { linkTo, linkToAll } from '../links.ts'
import { connectionStates } from '../mappings.ts'
import type { Panel, PanelFacts } from '../panels/panel.ts'
import { stat } from '../panels/stat.ts'
import { table } from '../panels/table.ts'
import { timeSeries } from '../panels/time-series.ts'
import { connectionCode, now, series } from '../queries.ts'
import { atLeast, calm, limits, upTo } from '../thresholds.ts'
import type { Steps } from '../thresholds.ts'
import { unit } from '../units.ts'
import { taskTypes } from './task-types.ts'

export function details(): readonly Section[] {
  return [
    section(words.business, band(4, kols(), activeKols(), posts(), published(), publishRatio())),
    section(words.tasksAndSources, band(7, taskTypes(20, ''), sources())),
    section(words.host, band(5, cpu(), memory(), disk(), uptime(), network())),
  ]
}

function statistic(facts: PanelFacts, selector: string): Panel {
  const queries = [now(`sum(watchpost_statistic{${selector}})`)]
  return stat({ ...facts, unit: unit.count, steps: calm, queries })
}

function kols(): Panel {
  return statistic({ id: 10, text: words.kols }, 'name="kols"')
}

function activeKols(): Panel {
  return statistic({ id: 11, text: words.activeKols }, 'name="kols",state="active"')
}

function posts(): Panel {
  return statistic({ id: 12, text: words.posts }, 'name="posts"')
}

function published(): Panel {
  return statistic({ id: 13, text: words.published }, 'name="posts",state="published"')
}

function publishRatio(): Panel {
  const ofAll =
    'sum(watchpost_statistic{name="posts",state="published"}) / (sum(watchpost_statistic{name="posts"}) > 0)'
  return stat({
    id: 14,
    text: words.publishRatio,
    unit: unit.ratio,
    decimals: 1,
    queries: [now(ofAll)],
  })
}

function sources(): Panel {
  const latest = (fact: string): string => `max by (target) (watchpost_data_source_${fact})`
  const heading = dataSources.headings
  return table({
    id: 21,
    text: words.sources,
    keys: { target: { heading: headings.source, links: [linkTo('data_sources', 'target', 'column')] } },
    values: [
      {
        expr: connectionCode('target=~".+"'),
        heading: heading.connection,
        states: connectionStates,
        shown: 'filled',
        widthPixels: 115,
      },
      {
        expr: `1000 * ${latest('last_sync_timestamp_seconds')}`,
        heading: heading.lastSync,
        unit: unit.fromNow,
        widthPixels: 120,
      },
      {
        expr: latest('quality_score_ratio'),
        heading: heading.quality,
        unit: unit.ratio,
        steps: atLeast(0.8, 0.95),
        shown: 'coloured',
        widthPixels: 85,
      },
      {
        expr: `${latest('quota_used')} / (${latest('quota_limit')} > 0)`,
        heading: heading.quota,
        unit: unit.ratio,
        steps: upTo(0.9),
        shown: 'gauge',
        widthPixels: 140,
      },
    ],
    sort: [{ by: heading.connection, descending: true }],
  })
}

const toHost = [linkToAll('host', text('Open the host', '開啟主機'))]

function usage(facts: PanelFacts, expr: string, steps: Steps): Panel {
  return stat({ ...facts, links: toHost, unit: unit.ratio, decimals: 0, steps, queries: [now(expr)] })
}

function cpu(): Panel {
  return usage({ id: 30, text: hostWords.cpu }, host.cpuRatio, upTo(limits.cpu))
}

function memory(): Panel {
  return usage({ id: 31, text: hostWords.memory }, host.memoryRatio, upTo(limits.memory))
}

function disk(): Panel {
  return usage({ id: 32, text: hostWords.disk }, `max(${host.filesystemRatio})`, upTo(limits.disk))
}

function uptime(): Panel {
  return stat({
    id: 33,
    text: hostWords.uptime,
    links: toHost,
    unit: unit.duration,
    queries: [now(host.uptimeSeconds)],
  })
}

function network(): Panel {
  return timeSeries({
    id: 34,
    text: words.network,
    links: toHost,
    unit: unit.bytesPerSecond,
    min: 0,
    queries: [series(host.received, text('received', '接收')), series(host.sent, text('sent', '傳送'))],
  })
}
