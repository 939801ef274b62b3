// The table of alerts that fire, with cause and action. ALERTS carries no annotations, so the rules repeat them as labels
// of watchpost_alert_info, one series for each alert.
import { headings } from '../catalogue/headings.ts'
import type { PanelText } from '../language.ts'
import { linkTo, toAnyTarget } from '../links.ts'
import { rankedSeverities } from '../mappings.ts'
import type { Panel } from '../panels/panel.ts'
import { table } from '../panels/table.ts'
import { rootCauses } from '../queries.ts'
import { unit } from '../units.ts'

interface Firing {
  readonly id: number
  readonly text: PanelText
  /** Which alerts, as the inside of a selector. */
  readonly selector: string
  /** Of one target, whose name stands above. */
  readonly isOfOne?: boolean
  /** Without what Alertmanager holds back, as another alert explains it. */
  readonly onlyRootCauses?: boolean
}

const toTask = {
  heading: headings.task,
  links: [linkTo('tasks', 'task', 'column')],
  widthPixels: 120,
} as const

/** A table sorts by what is in the column, and by their names `info` comes before `warning`. */
function ranked(alerts: string): string {
  return ['critical', 'warning', 'info'].reduce(
    (vector, severity, rank) => `label_replace(${vector}, "severity", "${rank}", "severity", "${severity}")`,
    `(${alerts})`,
  )
}

const identity = 'alertname, severity, target, task'

export function firingAlerts(options: Firing): Panel {
  const { id, text, selector, isOfOne = false, onlyRootCauses = false } = options
  const since = `1000 * max by (${identity}) (ALERTS_FOR_STATE{${selector}})`
  const alerts = onlyRootCauses ? rootCauses(selector) : `ALERTS{alertstate="firing",${selector}}`
  const firing = `max by (${identity}) (${alerts})`
  const advice = 'possible_causes, suggested_actions, possible_causes_zh, suggested_actions_zh'
  const info = `max by (alertname, ${advice}) (watchpost_alert_info)`
  const active = `${since} and on (${identity}) ${firing}`
  // An alert without advice is shown all the same: to hide it would be the worst of all.
  const advised = `(${active}) * on (alertname) group_left (${advice}) ${info}`
  return table({
    id,
    text,
    emptyUntil: 'an alert fires',
    keys: {
      severity: { heading: headings.severity, states: rankedSeverities, shown: 'coloured', widthPixels: 75 },
      alertname: { heading: headings.alert, widthPixels: 190 },
      target: isOfOne ? {} : { heading: headings.target, links: toAnyTarget, widthPixels: 140 },
      task: isOfOne ? {} : toTask,
      possible_causes: { heading: headings.causes, shown: 'wrapped', onlyIn: 'en' },
      suggested_actions: { heading: headings.action, shown: 'wrapped', onlyIn: 'en' },
      possible_causes_zh: { heading: headings.causes, shown: 'wrapped', onlyIn: 'zh-TW' },
      suggested_actions_zh: { heading: headings.action, shown: 'wrapped', onlyIn: 'zh-TW' },
    },
    values: [
      {
        expr: ranked(`${advised} or on (${identity}) (${active})`),
        heading: headings.since,
        unit: unit.fromNow,
        widthPixels: 120,
      },
    ],
    sort: [{ by: headings.severity }, { by: headings.since }],
  })
}
