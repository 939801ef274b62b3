// `watchpost report` from a real Prometheus with three weeks in it. How it looks is in test/browser.
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../demo/programs/ports.ts'
import { startExporter } from '../harness/exporter.ts'
import { startPast } from '../harness/past.ts'
import { gauge, now, useReportWorld } from '../harness/report.ts'

const { upstream, runReport } = useReportWorld()

test('the Markdown says what to do, the numbers, and what is missing', async () => {
  const { code, stdout, stderr, output } = await runReport(upstream())
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toBe(`${join(output, 'report.html')}\n${join(output, 'report.md')}\n`)
  const text = (await readFile(join(output, 'report.md'), 'utf8')).replaceAll('\\', '')
  expect(text).toMatch(/^# Watchpost report: 7 days\n\nFrom .* UTC/)
  expect(text).toMatch(
    /- ohlc_api: its memory use is at 69\.\d+ % and rises by [01]\.?\d* % a day; it reaches the limit of 80 % in \d+ days\./,
  )
  expect(text).toMatch(
    /- host \/data: its disk use is at 79\.\d+ % and rises by 0\.5 % a day; it reaches the limit of 90 % in 2\d days\. Find what grows/,
  )
  expect(text).toMatch(/\| trainer \| requests \| unusual \| \w{3} \d+, 20\d\d, [^|]+ \| [23]\d \|/)
  expect(text).toMatch(/\| trainer \| requests \| vanished \| .* \| 2[01]\d \|/)
  expect(text.match(/Signal(?:Unusual|Vanished)/)).toBeNull()
  expect(text).toMatch(/- trainer: its processor use is at 90 % .* above the limit of 80 %\./)
  expect(text).toMatch(/\| trainer \| 300 ms \| 300 ms \| 300 ms \| 0 ms \| steady/)
  expect(text).toMatch(/\| ServiceDown \| ohlc_api \| critical \| 1[78]\d \|/)
  expect(text).toMatch(/\| fetch_ohlc \| 16\d \| 1\d \| 9\d/)
  expect(text).toContain(
    'Prometheus has no success rate of the probes, response time, processor use, memory use of newcomer.',
  )
})

test('the API tells the same of the same Prometheus', async () => {
  const exporter = await startExporter(
    `upstream: {${upstream()}}\nservices: [{ name: ohlc_api, url: 'http://127.0.0.1:1/health' }]\n`,
  )
  onTestFinished(exporter.stop)
  const response = await fetch(`${exporter.url}/api/monitoring/dashboard?days=7`)
  expect(await response.json()).toMatchObject({
    missing: [
      { part: 'active_alerts', status: 501, detail: 'the configuration names no upstream.alertmanager' },
    ],
    performance_analysis: {
      trends: {
        memory_trend: expect.arrayContaining([
          expect.objectContaining({
            target: 'ohlc_api',
            direction: 'rising',
            per_day: expect.closeTo(1, 1) as unknown,
            average: expect.closeTo(66.5, 0) as unknown,
            average_before: expect.closeTo(59.5, 0) as unknown,
            limit: 80,
            days_to_limit: expect.toBeOneOf([10, 11, 12]) as unknown,
          }),
          expect.objectContaining({ target: 'trainer', direction: 'steady', days_to_limit: null }),
        ]) as unknown,
        disk_trend: [{ target: 'host /data', direction: 'rising', limit: 90 }],
        connection_trend: [
          {
            target: 'orders_db',
            direction: 'rising',
            per_day: expect.closeTo(2, 1) as unknown,
            days_to_limit: expect.toBeOneOf([16, 17]) as unknown,
          },
        ],
        quota_trend: [
          {
            target: 'prices',
            direction: 'rising',
            per_day: expect.closeTo(2, 0) as unknown,
            limit: 100,
            days_to_limit: expect.toBeOneOf([5, 6, 7]) as unknown,
          },
        ],
      },
      anomalies: [
        { target: 'trainer', metric: 'request_rate', kind: 'vanished', is_active: false },
        { target: 'trainer', metric: 'request_rate', kind: 'unusual', is_active: false },
      ],
      recommendations: [
        { target: 'trainer' },
        { target: 'prices' },
        { target: 'ohlc_api' },
        { target: 'orders_db' },
        { target: 'host /data' },
      ],
    },
  })
})

test('the report is written in 繁體中文 as well', async () => {
  const { output } = await runReport(upstream(), ['--language=zh-TW', '--days=14'])
  const text = (await readFile(join(output, 'report.md'), 'utf8')).replaceAll('\\', '')
  expect(text).toContain('# Watchpost 監控報告：14 天')
  expect(text).toMatch(
    /- ohlc_api：記憶體使用率目前為 69\.\d+ %，每天上升 [01]\.?\d* %，將於 \d+ 天後達到門檻 80 %。/,
  )
  expect(text).toMatch(/\| trainer \| 請求數 \| 消失 \| .* \| 2[01]\d \|/)
  expect(text).toContain('Prometheus 沒有 newcomer 的資料：探測成功率、回應時間、CPU 使用率、記憶體使用率。')
})

test('a Prometheus that knows nothing of the fleet gives a report that says so', async () => {
  const empty = await startPast([gauge('something_else', 'a', () => 1)], { now, days: 1 })
  onTestFinished(() => empty.close())
  const { code, output } = await runReport(`prometheus: '${empty.url}'`)
  expect(code).toBe(0)
  const text = await readFile(join(output, 'report.md'), 'utf8')
  expect(text).toContain('There is not a day of history yet, so nothing can be said of trends.')
  expect(text).toContain('No alert fired.')
  expect(text).toContain('No signal was outside its bands.')
  expect(text).toContain('processor use, memory use of ohlc\\_api, trainer, newcomer.')
})

test('alerts that people are told of are there, the worst first', async () => {
  const { output } = await runReport(upstream())
  const text = await readFile(join(output, 'report.md'), 'utf8')
  const [, alerts = ''] = text.split('## Alerts')
  expect(alerts.indexOf('| ServiceDown | ohlc\\_api | critical |')).toBeGreaterThan(0)
  expect(alerts.indexOf('| Of\\_info |')).toBeGreaterThan(alerts.indexOf('| ServiceDown |'))
  expect(text).not.toContain('Of\\_none')
})

test('hours without data are a gap in the line', async () => {
  const { output } = await runReport(upstream())
  const svg = await readFile(join(output, 'cpu_usage.svg'), 'utf8')
  const path = /<path d="([^"]*)"[^>]*><title>trainer/.exec(svg)?.[1] ?? ''
  expect(path.match(/M/g)).toHaveLength(2)
})

test('a Prometheus that is away ends it with 1, and nothing is written', async () => {
  const { code, stderr, output } = await runReport(`prometheus: 'http://127.0.0.1:${await freePort()}'`)
  expect(code).toBe(1)
  expect(stderr).toMatch(/^watchpost: report from http.*ECONNREFUSED.*\n$/)
  expect(await readdir(output)).toEqual([])
})

test.each([
  [['--days=0'], 'watchpost: --days expects a whole number from 1 to 30, got "0"\n'],
  [['--days=1e1'], 'watchpost: --days expects a whole number from 1 to 30, got "1e1"\n'],
  [['--language=fr'], 'watchpost: --language expects one of en, zh-TW, got "fr"\n'],
])('%j is refused in one line', async (flags, message) => {
  expect(await runReport(upstream(), flags)).toMatchObject({ code: 2, stdout: '', stderr: message })
})

test('without an upstream.prometheus it says what is lacking', async () => {
  const { code, stderr } = await runReport('')
  expect(code).toBe(2)
  expect(stderr).toContain('upstream.prometheus: expected the address of Prometheus')
})
