// The dashboards where a fleet is not as the demo's: nothing there yet, very many targets, names that nobody expected.
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { requireProgram } from '../../demo/programs/find.ts'
import type { EmptyUntil, Panel } from '../../grafana/panels/panel.ts'
import { walk } from '../../grafana/proof/walk.ts'
import { count, named, openWatch, problemsOf } from '../harness/dashboards.ts'
import type { Watch } from '../harness/dashboards.ts'

let watch: Watch

beforeEach(async () => {
  watch = await openWatch()
})

afterEach(() => watch.close())

test('an empty Prometheus breaks no panel, and none of them says that all is well', async () => {
  const server = await watch.startPrometheus()
  const verdicts = await walk(server, () => true)
  expect(problemsOf(verdicts)).toEqual([])
  // That nobody is watched is an alert, once it has been so for long enough.
  const tellsOfAlerts = ({ queries }: Panel): boolean => queries.some(({ expr }) => expr.includes('ALERTS'))
  const filled = verdicts.filter(
    ({ isEmpty, dashboard, panel }) => !isEmpty && dashboard !== 'alerts' && !tellsOfAlerts(panel),
  )
  expect(named(filled)).toEqual([])
})

const oddNames = [
  'with "double" and \'single\' quotes',
  String.raw`back\slash and {braces} | (pipes)`,
  '行情服務 📈',
  'a/b?c=d&e#f%20',
  '$target [[target]] {{target}}',
  'x'.repeat(200),
]

test('500 targets, some with odd names, are shown each by its name', async () => {
  const names = [
    ...oddNames,
    ...Array.from({ length: 500 - oddNames.length }, (_, index) => `service_${index}`),
  ]
  // Nobody listens on port 1: every probe is refused at once.
  const services = names.map((name) => ({ name, url: 'http://127.0.0.1:1/health' }))
  await watch.startExporter({ services })
  const server = await watch.startPrometheus()
  const recorded = (): Promise<number> => count(server, 'target:watchpost_target_up:min')
  await expect.poll(recorded, { timeout: 60_000, interval: 500 }).toBe(500)
  const verdicts = await walk(
    { ...server, choose: (values) => values.filter((value) => oddNames.includes(value)) },
    () => true,
  )
  expect(problemsOf(verdicts)).toEqual([])
  const states = verdicts.filter(({ dashboard, panel }) => dashboard === 'service' && panel.id === 1)
  expect(states.map(({ isEmpty }) => isEmpty)).toEqual([false])
})

const daySeconds = 86_400

/** Nine days of what the panels about weeks ask for, a sample every five minutes, in OpenMetrics. */
function nineDays(nowSeconds: number): string {
  const begin = nowSeconds - 9 * daySeconds
  const times = Array.from({ length: (9 * daySeconds) / 300 }, (_, index) => begin + index * 300)
  const wave = (time: number): number => 0.4 + 0.1 * Math.sin((2 * Math.PI * time) / daySeconds)
  const service = '{target="trainer",kind="service"}'
  const families: readonly (readonly [string, string, string, (time: number) => number])[] = [
    ['watchpost_target_info', 'gauge', service, () => 1],
    ['watchpost_service_cpu_usage_ratio', 'gauge', '{target="trainer"}', wave],
    ['watchpost_service_memory_usage_ratio', 'gauge', '{target="trainer"}', wave],
    ['watchpost_target_probe_duration_seconds_sum', 'unknown', service, (time) => (time - begin) / 40],
    ['watchpost_target_probe_duration_seconds_count', 'unknown', service, (time) => (time - begin) / 15],
    ['watchpost_task_run_duration_seconds_sum', 'unknown', '{task="t"}', (time) => (time - begin) / 900],
    ['watchpost_task_run_duration_seconds_count', 'unknown', '{task="t"}', (time) => (time - begin) / 3600],
    ['target_slo:watchpost_slo_budget_left:ratio30d', 'gauge', '{target="trainer",slo="latency"}', wave],
  ]
  const lines = families.flatMap(([name, type, labels, valueAt]) => [
    `# TYPE ${name} ${type}`,
    ...times.map((time) => `${name}${labels} ${valueAt(time)} ${time}`),
  ])
  return `${lines.join('\n')}\n# EOF\n`
}

test('panels that need weeks have data once weeks have passed', async () => {
  const promtool = await requireProgram('promtool', { log: () => {} })
  const data = join(watch.directory, 'prometheus', 'data')
  const file = join(watch.directory, 'history.txt')
  await mkdir(data, { recursive: true })
  await writeFile(file, nineDays(Math.floor(Date.now() / 1000)))
  await promisify(execFile)(promtool.path, ['tsdb', 'create-blocks-from', 'openmetrics', '-q', file, data])
  const server = await watch.startPrometheus()
  const old = new Set<EmptyUntil | undefined>(['weeks have passed', 'a day has passed', 'an hour has passed'])
  const verdicts = await walk(server, ({ emptyUntil }) => old.has(emptyUntil))
  expect(problemsOf(verdicts)).toEqual([])
  const empty = verdicts.filter(({ isEmpty }) => isEmpty)
  expect(named(empty)).toEqual([])
  expect(verdicts.length).toBeGreaterThan(3)
})
