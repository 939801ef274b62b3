// The part of the dashboard of alerts that says what recovery may do, and what it did.
import { alerts as words } from '../catalogue/alerts.ts'
import { breakerStates, modeStates } from '../mappings.ts'
import { band, section } from '../layout.ts'
import type { Section } from '../layout.ts'
import type { Panel } from '../panels/panel.ts'
import { table } from '../panels/table.ts'
import { timeSeries } from '../panels/time-series.ts'
import { series } from '../queries.ts'
import { noneIsQuiet } from '../thresholds.ts'
import { unit } from '../units.ts'

export function recovery(): Section {
  return section(words.recovery, band(8, policies(), actions()), band(7, actionsOverTime()))
}

const heading = words.headings

function policies(): Panel {
  const counted = { unit: unit.count, decimals: 0 } as const
  return table({
    id: 14,
    text: words.policies,
    emptyUntil: 'a recovery runs',
    keys: {
      policy: { heading: heading.policy },
      mode: { heading: heading.mode, states: modeStates, shown: 'coloured' },
      state: { heading: heading.breaker, states: breakerStates, shown: 'coloured' },
    },
    values: [
      { expr: 'max by (policy, mode) (watchpost_recovery_mode == 1)' },
      { expr: 'max by (policy, state) (watchpost_recovery_breaker_state == 1)' },
      {
        expr: 'min by (policy) (watchpost_recovery_budget_remaining)',
        heading: heading.budget,
        ...counted,
        widthPixels: 110,
      },
      {
        expr: 'max by (policy) (watchpost_recovery_escalated)',
        heading: heading.escalated,
        widthPixels: 110,
        ...counted,
        steps: noneIsQuiet,
        shown: 'coloured',
      },
    ],
  })
}

function actions(): Panel {
  const done = 'sum by (policy, action, outcome) (increase(watchpost_recovery_actions_total[$__range])) > 0'
  return table({
    id: 9,
    text: words.actions,
    emptyUntil: 'a recovery runs',
    keys: {
      policy: { heading: heading.policy },
      action: { heading: heading.action },
      outcome: { heading: heading.outcome },
    },
    values: [{ expr: done, heading: heading.times, unit: unit.count, decimals: 0 }],
    sort: [{ by: heading.times, descending: true }],
  })
}

function actionsOverTime(): Panel {
  const byOutcome = 'sum by (action, outcome) (increase(watchpost_recovery_actions_total[$__interval])) > 0'
  return timeSeries({
    id: 10,
    text: words.actionsOverTime,
    unit: unit.count,
    min: 0,
    kind: 'bars',
    emptyUntil: 'a recovery runs',
    queries: [series(byOutcome, '{{action}} {{outcome}}', { step: '1m' })],
  })
}
