// `ALERTS` carries labels only, so a dashboard cannot show why an alert fires or what to do. Hence one series an
// alert with what is fixed in its annotations, to be joined by name.
import { stringify } from 'yaml'
import { alertsOf } from './rules.ts'
import type { AlertRule, RuleFile } from './rules.ts'

/** The annotations that do not depend on what fires; the others hold templates. */
const fixed = [
  'summary',
  'summary_zh',
  'possible_causes',
  'possible_causes_zh',
  'suggested_actions',
  'suggested_actions_zh',
  'runbook_url',
] as const

export const alertInfoConcern = 'alert-info'

export function renderAlertInfo(files: readonly RuleFile[]): string {
  const groups = files.flatMap((file) => {
    const alerts = new Map(alertsOf(file).map((alert) => [alert.alert, alert]))
    if (alerts.size === 0) return []
    return [{ name: `alert-info-${file.concern}`, interval: '1m', rules: [...alerts.values()].map(describe) }]
  })
  const head = '# Generated from the other rules by `npm run generate`.\n'
  return head + stringify({ groups }, { lineWidth: 0 })
}

function describe({ alert, annotations }: AlertRule): object {
  const texts = fixed.flatMap((name) => {
    const text = annotations[name]
    return text === undefined ? [] : [[name, text] as const]
  })
  return {
    record: 'watchpost_alert_info',
    expr: 'vector(1)',
    labels: { alertname: alert, ...Object.fromEntries(texts) },
  }
}
