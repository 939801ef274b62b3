import { headings } from '../catalogue/headings.ts'
import { overview as words } from '../catalogue/overview.ts'
import type { Dashboard } from '../dashboard.ts'
import { kinds, reasons } from '../label-words.ts'
import { band, section } from '../layout.ts'
import { toAnyTarget } from '../links.ts'
import { statusStates } from '../mappings.ts'
import { stat } from '../panels/stat.ts'
import { table } from '../panels/table.ts'
import type { Panel } from '../panels/panel.ts'
import { now, rootCauseCount, statusCode } from '../queries.ts'
import { atLeast, noneIsGood } from '../thresholds.ts'
import { unit } from '../units.ts'
import { firingAlerts } from './firing.ts'
import { statesOverTime } from './states-over-time.ts'
import { details } from './overview-details.ts'

export function overview(): Dashboard {
  return {
    name: 'overview',
    text: words,
    from: 'now-6h',
    sections: [
      section(
        words.now,
        band(4, broken(), firing(), servicesUp(), sourcesUp(), tasksLate()),
        band(9, causes()),
        band(9, targets(), states()),
      ),
      ...details(),
    ],
  }
}

function broken(): Panel {
  return stat({
    id: 1,
    text: words.broken,
    unit: unit.count,
    steps: noneIsGood,
    filled: true,
    queries: [
      now('count(max by (target) (watchpost_target_up) == 0) or vector(0) and on () watchpost_target_up'),
    ],
  })
}

function firing(): Panel {
  return stat({
    id: 2,
    text: words.firing,
    unit: unit.count,
    steps: noneIsGood,
    filled: true,
    queries: [now(rootCauseCount('severity=~"critical|warning"'))],
  })
}

function causes(): Panel {
  const selector = 'severity=~"critical|warning"'
  return firingAlerts({ id: 8, text: words.causes, selector, onlyRootCauses: true })
}

function servicesUp(): Panel {
  return stat({
    id: 3,
    text: words.servicesUp,
    unit: unit.ratio,
    decimals: 0,
    steps: atLeast(0.9, 1),
    queries: [now('avg(max by (target) (watchpost_target_up{kind="service"}))')],
  })
}

function sourcesUp(): Panel {
  return stat({
    id: 4,
    text: words.sourcesUp,
    unit: unit.ratio,
    decimals: 0,
    steps: atLeast(0.9, 1),
    queries: [now('avg(max by (target) (watchpost_target_up{kind="data_source"}))')],
  })
}

function tasksLate(): Panel {
  return stat({
    id: 5,
    text: words.tasksLate,
    unit: unit.count,
    steps: noneIsGood,
    queries: [now('sum(max by (task) (watchpost_task_overdue))')],
  })
}

function targets(): Panel {
  const all = 'target=~".+"'
  return table({
    id: 6,
    text: words.targets,
    keys: {
      target: { heading: headings.target, links: toAnyTarget },
      kind: { heading: headings.kind, states: kinds, widthPixels: 100 },
      reason: { heading: headings.reason, states: reasons },
    },
    values: [
      {
        expr: statusCode(all),
        heading: headings.state,
        states: statusStates,
        shown: 'filled',
        widthPixels: 90,
      },
      { expr: 'max by (target, kind) (watchpost_target_info)' },
      { expr: 'max by (target, reason) (watchpost_target_failure == 1)' },
      {
        expr: `1000 * max by (target) (max_over_time(timestamp(watchpost_target_up == 1)[$__range:1m])) and on (target) watchpost_target_up == 0`,
        heading: headings.lastUp,
        unit: unit.fromNow,
        widthPixels: 110,
      },
    ],
    sort: [{ by: headings.state, descending: true }],
  })
}

function states(): Panel {
  return statesOverTime({ id: 7, text: words.states, of: ['target=~".+"'] })
}
