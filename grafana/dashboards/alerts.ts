import { alerts as words } from '../catalogue/alerts.ts'
import { headings } from '../catalogue/headings.ts'
import type { Dashboard } from '../dashboard.ts'
import { band, section } from '../layout.ts'
import { presentStates, severityStates } from '../mappings.ts'
import type { Panel, PanelFacts } from '../panels/panel.ts'
import { stat } from '../panels/stat.ts'
import { stateTimeline } from '../panels/timeline.ts'
import { table } from '../panels/table.ts'
import { timeSeries } from '../panels/time-series.ts'
import { alertCount, now, series } from '../queries.ts'
import { calm, noneIsGood, noneIsQuiet } from '../thresholds.ts'
import type { Steps } from '../thresholds.ts'
import { unit } from '../units.ts'
import { diagnoses } from './diagnosis.ts'
import { firingAlerts } from './firing.ts'
import { recovery } from './recovery.ts'

export function alerts(): Dashboard {
  return {
    name: 'alerts',
    text: words,
    from: 'now-24h',
    sections: [
      section(
        words.now,
        band(4, critical(), warning(), info(), pending()),
        band(9, firing()),
        band(6, diagnosis()),
      ),
      section(words.history, band(10, [timeline(), 16], [most(), 8])),
      recovery(),
      section(words.delivery, band(7, sent(), failed(), silenced())),
    ],
  }
}

const notified = 'severity=~"critical|warning|info"'

/** How many alerts are in a state now; none is a number, too. */
function count(facts: PanelFacts, steps: Steps, selector: string): Panel {
  const queries = [now(alertCount(selector))]
  return stat({ ...facts, unit: unit.count, steps, queries })
}

function critical(): Panel {
  const selector = 'alertstate="firing",severity="critical"'
  return count({ id: 1, text: words.critical }, noneIsGood, selector)
}

function warning(): Panel {
  const selector = 'alertstate="firing",severity="warning"'
  return count({ id: 2, text: words.warning }, noneIsQuiet, selector)
}

function info(): Panel {
  return count({ id: 3, text: words.info }, calm, 'alertstate="firing",severity="info"')
}

function pending(): Panel {
  return count({ id: 4, text: words.pending }, calm, `alertstate="pending",${notified}`)
}

function firing(): Panel {
  return firingAlerts({ id: 5, text: words.firing, selector: notified })
}

function diagnosis(): Panel {
  return diagnoses({ id: 6, text: words.diagnosis, selector: '' })
}

function timeline(): Panel {
  const firingNow = `max by (alertname, target, task) (ALERTS{alertstate="firing",${notified}})`
  return stateTimeline({
    id: 7,
    text: words.timeline,
    emptyUntil: 'an alert fires',
    states: presentStates,
    queries: [series(firingNow, '{{alertname}} {{target}}{{task}}')],
  })
}

function most(): Panel {
  const evaluations = `count_over_time(ALERTS{alertstate="firing",${notified}}[$__range:1m])`
  return table({
    id: 8,
    text: words.most,
    emptyUntil: 'an alert fires',
    keys: {
      severity: { heading: headings.severity, states: severityStates, shown: 'coloured' },
      alertname: { heading: headings.alert },
    },
    values: [
      {
        expr: `topk(20, sum by (alertname, severity) (60 * ${evaluations}))`,
        heading: words.headings.firingFor,
        unit: unit.duration,
      },
    ],
    sort: [{ by: words.headings.firingFor, descending: true }],
  })
}

function sent(): Panel {
  const byChannel = 'sum by (integration) (increase(alertmanager_notifications_total[$__rate_interval])) > 0'
  return timeSeries({
    id: 11,
    text: words.sent,
    unit: unit.count,
    min: 0,
    kind: 'bars',
    emptyUntil: 'an alert fires',
    queries: [series(byChannel, '{{integration}}')],
  })
}

function failed(): Panel {
  const increased = (metric: string, window: string): string =>
    `sum by (integration) (increase(alertmanager_${metric}[${window}]))`
  const isUsed = `${increased('notifications_total', '$__range')} > 0`
  const byChannel = `${increased('notifications_failed_total', '$__rate_interval')} and on (integration) ${isUsed}`
  return timeSeries({
    id: 12,
    text: words.failed,
    unit: unit.count,
    min: 0,
    kind: 'bars',
    emptyUntil: 'an alert fires',
    queries: [series(byChannel, '{{integration}}')],
  })
}

function silenced(): Panel {
  return timeSeries({
    id: 13,
    text: words.silenced,
    unit: unit.count,
    min: 0,
    queries: [series('max by (state) (alertmanager_alerts)', '{{state}}')],
  })
}
