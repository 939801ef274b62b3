// A number in a rule is a limit of watchpost.yml, or it stands here with what it is.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parser } from '@prometheus-io/lezer-promql'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { isAlert, readRuleFiles } from './rules.ts'

const folder = import.meta.dirname
const rules = (await readRuleFiles(join(folder, 'rules'))).flatMap(({ groups }) =>
  groups.flatMap((group) => group.rules),
)

const events = 'so many events are no single mishap; increase() may read two of them as a little less'
const bands = 'the width of a band, in standard deviations or shares of the average'
const burning = 'the four windows of a month: https://sre.google/workbook/alerting-on-slos'
const guard = 'keeps a prediction from speaking of what is far from its end; the limit is full, or empty'

const own: Readonly<Record<string, readonly [numbers: string, why: string]>> = {
  'target_signal:watchpost_anomaly_level:season_upper': ['2 2', bands],
  'target_signal:watchpost_anomaly_level:season_lower': ['2 2', bands],
  'target_signal:watchpost_anomaly_level:upper': ['3 1.5', bands],
  'target_signal:watchpost_anomaly_level:lower': ['3 0.5', bands],
  SignalUnusual: ['720', 'half a day of minutes must be known'],
  SignalVanished: ['0.1', 'a request in ten seconds: fewer may well be none for a while'],
  DataSourceQuotaRunningOut: ['0.5', guard],
  DatabaseConnectionsRunningOut: ['3600 0.5', guard],
  HostDiskWillFill: ['86400 0.4', guard],
  DataSourceRateLimited: ['3', events],
  ContainerRestartLoop: ['3', events],
  NotificationsFailing: ['3', events],
  RecoveryNotHelping: ['1.5', events],
  RecoveryRecurring: ['1.5', events],
  RecoveryAccessDenied: ['5', events],
  ServiceErrorRateHigh: ['5', events],
  ServiceRestartLoop: ['3', events],
  'target:watchpost_target_down:lasting': ['6', 'as TargetFlapping'],
  TargetFlapping: ['6', events],
  PostSuccessRateDropped: ['3', events],
  TaskRetriesExhausted: ['3', events],
  TaskFailureRateHigh: ['1.5 3', events],
  'task:watchpost_task_missed_slot_timestamp_seconds:unscheduled': [
    '2',
    'one that is late is late by itself',
  ],
  SchedulerStopped: ['2', 'as the record that it counts'],
  'CertificateExpiring warning': ['4', 'a quarter of the life, where that is less than the limit'],
  'CertificateExpiring critical': ['20', 'a twentieth of the life, where that is less than the limit'],
  'target_slo:watchpost_slo_error:ratio_avg30d': ['720', 'hours of 30 days'],
  'target_slo:watchpost_slo_budget_left:days': ['30', 'days of the window'],
  'ErrorBudgetBurn critical': ['14.4 14.4 3 6 6 3', burning],
  'ErrorBudgetBurn warning': ['3 3 3 3', burning],
  WatchpostScrapeSlow: ['8', 'four fifths of the scrape_timeout in prometheus.yml'],
  LogsDiskFull: ['0.8', 'below what Loki stops at, which loki.yml has'],
  RecoveryStuck: ['120 120', 'many rounds of recovery, which is to look each few seconds'],
}

test('a number in a rule is a limit of the configuration, or is explained here', () => {
  const found = rules.flatMap((rule) => {
    const numbers = numbersIn(rule.expr).filter((text) => text !== '0' && text !== '1')
    if (numbers.length === 0) return []
    const name = isAlert(rule) ? rule.alert : rule.record
    const key = name in own ? name : `${name} ${rule.labels?.['severity'] ?? ''}`
    return [[key, numbers.join(' ')] as const]
  })
  const explained = Object.entries(own).map(([name, [numbers]]) => [name, numbers] as const)
  expect(new Map(found)).toEqual(new Map(explained))
})

test('numbers that follow from another configuration do', async () => {
  const read = async (path: string): Promise<unknown> => parse(await readFile(join(folder, path), 'utf8'))
  const { global } = (await read('prometheus.yml')) as { global: { scrape_timeout: string } }
  expect(global.scrape_timeout).toBe('10s')
  const { ingester } = (await read('../loki/loki.yml')) as { ingester: { wal: Record<string, number> } }
  expect(ingester.wal['disk_full_threshold']).toBeGreaterThan(0.8)
})

function numbersIn(expr: string): string[] {
  const numbers: string[] = []
  parser.parse(expr).iterate({
    enter: ({ name, from, to }) => {
      if (name === 'NumberDurationLiteral') numbers.push(expr.slice(from, to))
    },
  })
  return numbers
}
