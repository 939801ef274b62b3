import { databases as words } from '../catalogue/databases.ts'
import { headings } from '../catalogue/headings.ts'
import type { Dashboard } from '../dashboard.ts'
import { reasons } from '../label-words.ts'
import { band, section } from '../layout.ts'
import { linkTo } from '../links.ts'
import { statusStates } from '../mappings.ts'
import type { Panel, PanelFacts } from '../panels/panel.ts'
import { table } from '../panels/table.ts'
import { timeSeries } from '../panels/time-series.ts'
import { chosenTargets, responseTimeOf, series, statusCode } from '../queries.ts'
import type { Query } from '../queries.ts'
import { noneIsQuiet, upTo } from '../thresholds.ts'
import { unit } from '../units.ts'
import { targetsOfKind } from '../variables.ts'
import { statesOverTime } from './states-over-time.ts'

export function databases(): Dashboard {
  return {
    name: 'databases',
    text: words,
    from: 'now-6h',
    variables: [targetsOfKind('database')],
    sections: [
      section(words.now, band(7, all()), band(6, [states(), 16], [connectTime(), 8])),
      section(words.sessions, band(8, connections(), used(), longest()), band(7, blocked(), waits())),
      section(words.work, band(8, transactions(), deadlocks(), cache())),
      section(words.growth, band(8, size(), growthRate(), lag())),
    ],
  }
}

const chosen = `kind="database",${chosenTargets}`
const responseSeconds = responseTimeOf(chosen)
const usedRatio = `sum by (target) (max by (target, state) (watchpost_database_connections{${chosenTargets}})) / ${latest('connections_max')}`

function latest(fact: string): string {
  return `max by (target) (watchpost_database_${fact}{${chosenTargets}})`
}

function rate(fact: string, by = 'target'): string {
  return `sum by (${by}) (rate(watchpost_database_${fact}{${chosenTargets}}[$__rate_interval]))`
}

/** A graph with a line for each database, or for what `query` names. */
function graph(facts: PanelFacts, query: Query, max?: number): Panel {
  const links = [linkTo('service', 'target', 'label')]
  return timeSeries({ ...facts, links, min: 0, queries: [query], ...(max === undefined ? {} : { max }) })
}

function all(): Panel {
  const heading = words.headings
  return table({
    id: 1,
    text: words.table,
    keys: {
      target: { heading: headings.database, links: [linkTo('service', 'target', 'column')] },
      reason: { heading: headings.reason, states: reasons },
    },
    values: [
      { expr: statusCode(chosen), heading: headings.state, states: statusStates, shown: 'filled' },
      { expr: `max by (target, reason) (watchpost_target_failure{${chosen}} == 1)` },
      { expr: usedRatio, heading: heading.sessions, unit: unit.ratio, steps: upTo(0.9), shown: 'gauge' },
      { expr: latest('longest_transaction_seconds'), heading: heading.longest, unit: unit.seconds },
      {
        expr: latest('blocked_sessions'),
        heading: heading.blocked,
        unit: unit.count,
        steps: noneIsQuiet,
        shown: 'coloured',
      },
      { expr: latest('size_bytes'), heading: heading.size, unit: unit.bytes },
      { expr: responseSeconds, heading: headings.responseTime, unit: unit.seconds },
    ],
    sort: [{ by: headings.state, descending: true }],
  })
}

function states(): Panel {
  return statesOverTime({ id: 2, text: words.states, of: [chosen] })
}

function connectTime(): Panel {
  return graph({ id: 3, text: words.connectTime, unit: unit.seconds }, series(responseSeconds, '{{target}}'))
}

function connections(): Panel {
  const byState = `max by (target, state) (watchpost_database_connections{${chosenTargets}})`
  return timeSeries({
    id: 4,
    text: words.connections,
    unit: unit.count,
    min: 0,
    kind: 'stacked',
    queries: [series(byState, '{{target}} {{state}}')],
  })
}

function used(): Panel {
  return graph({ id: 5, text: words.used, unit: unit.ratio }, series(usedRatio, '{{target}}'), 1)
}

function longest(): Panel {
  const facts = { id: 6, text: words.longest, unit: unit.seconds }
  return graph(facts, series(latest('longest_transaction_seconds'), '{{target}}'))
}

function blocked(): Panel {
  return graph(
    { id: 7, text: words.blocked, unit: unit.count },
    series(latest('blocked_sessions'), '{{target}}'),
  )
}

function waits(): Panel {
  const heading = words.headings
  return table({
    id: 8,
    text: words.waits,
    emptyUntil: 'a session is blocked',
    keys: {
      target: { heading: headings.database },
      blocker: { heading: heading.blocker },
      blocked: { heading: heading.waiter },
    },
    values: [
      {
        expr: `max by (target, blocker, blocked) (watchpost_database_lock_waits{${chosenTargets}} > 0)`,
        heading: heading.count,
        unit: unit.count,
      },
    ],
  })
}

function transactions(): Panel {
  const query = series(rate('transactions_total', 'target, outcome'), '{{target}} {{outcome}}')
  return graph({ id: 9, text: words.transactions, unit: unit.perSecond }, query)
}

function deadlocks(): Panel {
  const broken = `sum by (target) (increase(watchpost_database_deadlocks_total{${chosenTargets}}[$__rate_interval]))`
  return timeSeries({
    id: 10,
    text: words.deadlocks,
    unit: unit.count,
    min: 0,
    kind: 'bars',
    queries: [series(broken, '{{target}}')],
  })
}

function cache(): Panel {
  const hits = rate('cache_hits_total')
  const ratio = `${hits} / (${hits} + ${rate('cache_misses_total')} > 0)`
  return graph({ id: 11, text: words.cache, unit: unit.ratio }, series(ratio, '{{target}}'), 1)
}

function size(): Panel {
  return graph({ id: 12, text: words.size, unit: unit.bytes }, series(latest('size_bytes'), '{{target}}'))
}

function growthRate(): Panel {
  const perDay = `86400 * max by (target) (deriv(watchpost_database_size_bytes{${chosenTargets}}[1h]))`
  return timeSeries({
    id: 13,
    text: words.growthRate,
    unit: unit.bytes,
    queries: [series(perDay, '{{target}}')],
  })
}

function lag(): Panel {
  const facts = {
    id: 14,
    text: words.lag,
    unit: unit.seconds,
    emptyUntil: 'a standby is connected',
  } as const
  return graph(facts, series(latest('replication_lag_seconds'), '{{target}}'))
}
