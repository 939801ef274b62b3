// Rules, their tests and their runbooks are one thing in three places; promtool judges the first two.
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parser } from '@prometheus-io/lezer-promql'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { requireProgram } from '../demo/programs/find.ts'
import { collectors } from '../exporter/src/collectors/all.ts'
import { targetMetrics } from '../exporter/src/collectors/target-families.ts'
import { diagnosisMetrics } from '../exporter/src/diagnosis/families.ts'
import { pageMetrics } from '../exporter/src/http/page.ts'
import { escalationAlerts } from '../recovery/src/escalation.ts'
import { metrics as recoveryMetrics } from '../recovery/src/tally.ts'
import { generate } from './generate.ts'
import { alertsOf, isAlert, readRuleFiles, severities } from './rules.ts'
import type { AlertRule } from './rules.ts'

const folder = import.meta.dirname
const execute = promisify(execFile)
const files = await readRuleFiles(join(folder, 'rules'))
const groups = files.flatMap((file) => file.groups)
const rules = groups.flatMap((group) => group.rules)
const alerts = files.flatMap(alertsOf)
const alertNames = [...new Set(alerts.map(({ alert }) => alert))]
/** What Loki judges has its runbooks among the others. */
const lokiAlerts = (await readRuleFiles(join(folder, '../loki/rules/watchpost'))).flatMap(alertsOf)
const testFiles = (await readdir(join(folder, 'tests'))).filter((name) => name.endsWith('.test.yml'))

describe('promtool', () => {
  let promtool = ''
  beforeAll(async () => {
    promtool = (await requireProgram('promtool', { log: () => undefined })).path
  }, 180_000)

  test('finds nothing wrong with the configuration and the rules', async () => {
    for (const flags of [['prometheus.yml'], ['ha.yml'], ['--agent', 'remote-write.yml']]) {
      const { stdout } = await execute(promtool, ['check', 'config', ...flags], { cwd: folder })
      expect(stdout).toContain('is valid prometheus config file syntax')
    }
    const paths = files.map(({ concern }) => join(folder, 'rules', `${concern}.rules.yml`))
    await execute(promtool, ['check', 'rules', '--lint=all', '--lint-fatal', ...paths])
  }, 60_000)

  // Each is a process of its own, busy for seconds.
  test.concurrent.each(testFiles)(
    'finds that the rules do what %s says',
    { timeout: 180_000 },
    async (name) => {
      const { stdout } = await execute(promtool, ['test', 'rules', join(folder, 'tests', name)])
      expect(stdout).toContain('SUCCESS')
    },
  )
})

test('a pair and an agent scrape at the pace of one alone, and have its names for the others', async () => {
  interface Configuration {
    readonly global: Readonly<Record<string, unknown>>
    readonly scrape_configs: readonly { readonly job_name: string }[]
  }
  const read = async (name: string): Promise<Configuration> =>
    parse(await readFile(join(folder, name), 'utf8')) as Configuration
  const alone = await read('prometheus.yml')
  for (const name of ['ha.yml', 'remote-write.yml']) {
    const { global, scrape_configs: jobs } = await read(name)
    expect(alone.global).toMatchObject(global)
    const names = jobs.map(({ job_name: job }) => job)
    expect(names).toEqual(expect.arrayContaining(alone.scrape_configs.map(({ job_name: job }) => job)))
  }
})

describe('every alert', () => {
  interface TestFile {
    readonly tests: readonly {
      readonly alert_rule_test?: readonly {
        readonly alertname: string
        readonly exp_alerts: readonly {
          readonly exp_annotations: Readonly<Record<string, string>>
        }[]
      }[]
    }[]
  }

  test('fires in one test with its text and stays silent in another', async () => {
    const texts = await Promise.all(testFiles.map((name) => readFile(join(folder, 'tests', name), 'utf8')))
    const cases = texts
      .map((text) => parse(text, { merge: true }) as TestFile)
      .flatMap(({ tests }) => tests.flatMap((each) => each.alert_rule_test ?? []))
    const firing = cases
      .filter(({ exp_alerts }) => exp_alerts.some((alert) => alert.exp_annotations['description_zh']))
      .map(({ alertname }) => alertname)
    const silent = cases.filter(({ exp_alerts }) => exp_alerts.length === 0).map(({ alertname }) => alertname)
    expect(new Set(firing)).toEqual(new Set(alertNames))
    // The Watchdog is never silent.
    expect(new Set([...silent, 'Watchdog'])).toEqual(new Set(alertNames))
  })

  test('has a runbook of four parts that its runbook_url leads to', async () => {
    const text = await readFile(join(folder, '../docs/alerts.md'), 'utf8')
    const runbooks = new Map(
      text
        .split(/^## /m)
        .slice(1)
        .map((part) => [
          part.split('\n')[0],
          [...part.matchAll(/^\*\*(\w+)\.\*\* \S/gm)].map(([, word]) => word),
        ]),
    )
    const parts = ['Meaning', 'Impact', 'Diagnosis', 'Mitigation']
    const everyName = [...alertNames, ...lokiAlerts.map(({ alert }) => alert), ...escalationAlerts]
    expect(runbooks).toEqual(new Map(everyName.map((name) => [name, parts])))
    const links = alerts.map(({ alert, annotations }) => [alert, annotations['runbook_url']])
    expect(links).toEqual(alerts.map(({ alert }) => [alert, `docs/alerts.md#${alert.toLowerCase()}`]))
  })

  test('says all that a message needs, in both languages', () => {
    const texts = ['summary', 'description', 'possible_causes', 'suggested_actions']
    const wanted = new Set([...texts.flatMap((name) => [name, `${name}_zh`]), 'runbook_url', 'dashboard_url'])
    // Recovery acts for what has a name, and only on what is sent.
    const isActedOn = ({ labels, annotations }: AlertRule): boolean =>
      /critical|warning/.test(labels['severity'] ?? '') &&
      /\$labels\.(?:target|task|container|mountpoint)\b/.test(annotations['description'] ?? '')
    const lacking = alerts.filter((rule) => {
      const all = isActedOn(rule) ? wanted.union(new Set(['recovery', 'recovery_zh'])) : wanted
      return all.symmetricDifference(new Set(Object.keys(rule.annotations))).size > 0
    })
    expect(lacking.map(({ alert }) => alert)).toEqual([])
  })

  test.each([
    ['summary', /^[A-Z][^{}]*\.$/, 'a fixed sentence'],
    ['summary_zh', /^[^{}]*\p{Script=Han}[^{}]*$/u, 'fixed, and Chinese'],
    ['description_zh', /\p{Script=Han}/u, 'Chinese'],
    ['dashboard_url', /^\/d\/watchpost-[a-z-]+/, 'a path in Grafana'],
  ])('has a %s that matches %s: %s', (name, pattern) => {
    expect(alerts.filter(({ annotations }) => !pattern.test(annotations[name] ?? ''))).toEqual([])
  })

  test('that the mission names has its Chinese name', () => {
    const named = new Map(alerts.map(({ alert, annotations }) => [alert, annotations['summary_zh']]))
    expect(named.get('ServiceDown')).toBe('微服務離線')
    expect(named.get('TaskFailureRateHigh')).toBe('任務執行失敗率過高')
    expect(named.get('DataSourceDown')).toBe('數據源連接失敗')
    expect(named.get('HostCpuHigh')).toBe('系統資源使用率過高')
    expect(named.get('HostMemoryHigh')).toBe('系統資源使用率過高')
  })

  test('has a CamelCase name of at most 40 characters and no label but severity', () => {
    expect(alertNames.filter((name) => !/^(?=.{1,40}$)(?:[A-Z][a-z0-9]+)+$/.test(name))).toEqual([])
    const labelled = alerts.filter(({ labels }) => Object.keys(labels).join() !== 'severity')
    expect(labelled).toEqual([])
    expect(alerts.filter(({ labels }) => !severities.some((each) => each === labels['severity']))).toEqual([])
  })

  test('compares with something, so that it can also not fire', () => {
    const always = alerts.filter(({ expr }) => !/[<>=]=? |unless|absent\(/.test(expr))
    expect(always.map(({ alert }) => alert)).toEqual(['Watchdog'])
  })
})

describe('every group', () => {
  test('is small, has a short name of its own, and is evaluated more often than samples grow stale', () => {
    expect(new Set(groups.map(({ name }) => name)).size).toBe(groups.length)
    expect(groups.filter(({ name, rules: own }) => name.length > 40 || own.length > 20)).toEqual([])
    expect(groups.filter(({ interval = '1m' }) => !['15s', '1m', '5m'].includes(interval))).toEqual([])
  })
})

describe('every expression', () => {
  const external = /^(?:up|ALERTS|(?:prometheus|alertmanager|loki|node|scrape)_\w+)$/

  test('is PromQL', () => {
    const broken = rules.filter(({ expr }) => hasError(expr))
    expect(broken).toEqual([])
  })

  test('names only metrics that the exporter declares or another rule records', () => {
    const shared = [...targetMetrics, ...diagnosisMetrics, ...pageMetrics, ...Object.values(recoveryMetrics)]
    const declared = [...shared, ...collectors.flatMap(({ metrics }) => metrics)]
    const exported = declared.flatMap(({ name, type }) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => name + suffix) : [name],
    )
    const recorded = rules.flatMap((rule) => (isAlert(rule) ? [] : [rule.record]))
    const known = new Set([...exported, ...recorded])
    const unknown = rules.flatMap(metricsIn).filter((name) => !known.has(name) && !external.test(name))
    expect([...new Set(unknown)]).toEqual([])
  })

  test('is recorded for somebody', () => {
    const used = new Set(rules.flatMap(metricsIn))
    // Budgets and causes are for dashboards.
    const forDashboards = /^watchpost_alert_info$|budget_left/
    const unused = rules.flatMap((rule) => (isAlert(rule) || used.has(rule.record) ? [] : [rule.record]))
    expect(unused.filter((name) => !forDashboards.test(name))).toEqual([])
  })

  function hasError(expr: string): boolean {
    let found = false
    parser.parse(expr).iterate({
      enter: ({ type }) => {
        found ||= type.isError
      },
    })
    return found
  }

  /** In the expression, and in the queries inside the annotations. */
  function metricsIn(rule: (typeof rules)[number]): string[] {
    const names: string[] = []
    parser.parse(rule.expr).iterate({
      enter: (node) => {
        if (node.name === 'VectorSelector') {
          const name = /^[a-zA-Z_:][\w:]*/.exec(rule.expr.slice(node.from, node.to))?.[0]
          if (name) names.push(name)
        }
      },
    })
    const texts = isAlert(rule) ? Object.values(rule.annotations).join(' ') : ''
    return [
      ...names,
      ...[...texts.matchAll(/\b(?:\w+:)?watchpost_\w+(?::\w+)?(?=\{)/g)].map(([name]) => name),
    ]
  }
})

test('what is generated from the rules is current', async () => {
  for (const [path, content] of Object.entries(await generate())) {
    expect(await readFile(join(folder, '..', path), 'utf8')).toBe(content)
  }
})
