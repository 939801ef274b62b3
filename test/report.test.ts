// `watchpost report` from a real Prometheus with three weeks in it, read as a person would: in a browser, by day and night.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../demo/programs/ports.ts'
import { startPast } from './harness/past.ts'
import type { Past, PastSeries } from './harness/past.ts'

const now = Math.floor(Date.now() / 1000)
const day = 86_400
const wave = (time: number): number => Math.sin((time / day) * 2 * Math.PI)

function gauge(name: string, target: string, valueAt: PastSeries['valueAt']): PastSeries {
  return { name, type: 'gauge', labels: `{target="${target}",kind="service"}`, valueAt }
}

/** Takes `secondsAt` for each of its probes, of which there are 40 between two samples. */
function probes(target: string, seconds: number): PastSeries[] {
  const since = (time: number): number => Math.floor((time - now + 40 * day) / 15)
  const part = (suffix: string, valueAt: PastSeries['valueAt']): PastSeries => ({
    ...gauge(`watchpost_target_probe_duration_seconds_${suffix}`, target, valueAt),
  })
  return [part('sum', (time) => since(time) * seconds), part('count', since)]
}

const leak = (time: number): number => 0.7 + (0.01 * (time - now)) / day + 0.002 * wave(time)
const isAway = (time: number): boolean => time > now - 3 * day && time < now - 2 * day

const series: readonly PastSeries[] = [
  gauge('watchpost_target_up', 'ohlc_api', (time) =>
    time > now - 2 * day && time < now - 1.75 * day ? 0 : 1,
  ),
  gauge('watchpost_target_up', 'trainer', () => 1),
  gauge('watchpost_service_cpu_usage_ratio', 'ohlc_api', (time) => 0.4 + 0.1 * wave(time)),
  gauge('watchpost_service_cpu_usage_ratio', 'trainer', (time) => (isAway(time) ? undefined : 0.9)),
  gauge('watchpost_service_memory_usage_ratio', 'ohlc_api', leak),
  gauge('watchpost_service_memory_usage_ratio', 'trainer', () => 0.5),
  ...probes('ohlc_api', 0.12),
  ...probes('trainer', 0.3),
  {
    name: 'ALERTS',
    type: 'gauge',
    labels: '{alertname="ServiceDown",alertstate="firing",severity="critical",target="ohlc_api"}',
    valueAt: (time) => (time > now - 2 * day && time < now - 1.75 * day ? 1 : undefined),
  },
  ...(['runs', 'run_failures'] as const).map((what): PastSeries => ({
    name: `watchpost_task_${what}_total`,
    type: 'counter',
    labels: '{task="fetch_ohlc",task_type="hourly"}',
    valueAt: (time) => Math.floor((time - now + 40 * day) / (what === 'runs' ? 3600 : 36_000)),
  })),
]

let past: Past
let browser: Browser
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-report-'))
  past = await startPast(series, { now, days: 21 })
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
})
afterAll(async () => {
  await browser.close()
  await past.close()
  await rm(directory, { recursive: true })
})

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  readonly output: string
}

async function runReport(prometheus: string, flags: readonly string[] = []): Promise<Outcome> {
  const file = join(directory, 'watchpost.yml')
  const names = ['ohlc_api', 'trainer', 'newcomer']
  const services = names.map((name) => `  - { name: ${name}, url: 'http://127.0.0.1:1/health' }`)
  await writeFile(file, [`upstream: {${prometheus}}`, 'services:', ...services, ''].join('\n'))
  const output = await mkdtemp(join(directory, 'output-'))
  const program = ['exporter/src/main.ts', 'report', `--config.file=${file}`, `--output=${output}`, ...flags]
  return new Promise((resolve) => {
    execFile(process.execPath, program, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr, output })
    })
  })
}

const upstream = (): string => `prometheus: '${past.url}'`

test('the Markdown says what to do, the numbers, and what is missing', async () => {
  const { code, stdout, stderr, output } = await runReport(upstream())
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toBe(`${join(output, 'report.html')}\n${join(output, 'report.md')}\n`)
  const text = (await readFile(join(output, 'report.md'), 'utf8')).replaceAll('\\', '')
  expect(text).toMatch(/^# Watchpost report: 7 days\n\nFrom .* UTC/)
  expect(text).toMatch(
    /- ohlc_api: its memory use is at 69\.\d+ % and rises by [01]\.?\d* % a day; it reaches the limit of 80 % in \d+ days\./,
  )
  expect(text).toMatch(/- trainer: its processor use is at 90 % .* above the limit of 80 %\./)
  expect(text).toMatch(/\| trainer \| 300 ms \| 300 ms \| 300 ms \| 0 ms \| steady/)
  expect(text).toMatch(/\| ServiceDown \| ohlc_api \| critical \| 1[78]\d \|/)
  expect(text).toMatch(/\| fetch_ohlc \| 16\d \| 1\d \| 9\d/)
  expect(text).toContain('Prometheus has no success rate of the probes of newcomer.')
})

test('the report is written in 繁體中文 as well', async () => {
  const { output } = await runReport(upstream(), ['--language=zh-TW', '--days=14'])
  const text = (await readFile(join(output, 'report.md'), 'utf8')).replaceAll('\\', '')
  expect(text).toContain('# Watchpost 監控報告：14 天')
  expect(text).toMatch(
    /- ohlc_api：記憶體使用率目前為 69\.\d+ %，每天上升 [01]\.?\d* %，將於 \d+ 天後達到閾值 80 %。/,
  )
  expect(text).toContain('Prometheus 沒有 newcomer 的CPU 使用率。')
})

async function open(output: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
  const page = await browser.newPage(options)
  onTestFinished(() => page.close())
  const problems: string[] = []
  page.on('console', (message) => problems.push(message.text()))
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) problems.push(request.url())
  })
  await page.goto(pathToFileURL(join(output, 'report.html')).href)
  expect(problems).toEqual([])
  return page
}

test('the page needs nothing else, names its pictures, and does not overflow a telephone', async () => {
  const { output } = await runReport(upstream())
  const page = await open(output, { viewport: { width: 380, height: 800 } })
  expect(await page.title()).toBe('Watchpost report: 7 days')
  expect(await page.getByRole('img').count()).toBe(4)
  await page.getByRole('img', { name: 'Memory use' }).waitFor()
  await page.getByRole('region', { name: 'Alerts' }).getByRole('cell', { name: 'critical' }).waitFor()
  const overflow = await page.evaluate<boolean>(
    'document.documentElement.scrollWidth > document.documentElement.clientWidth',
  )
  expect(overflow).toBe(false)
})

test.each(['light', 'dark'] as const)('in %s colours text and lines stand out', async (colorScheme) => {
  const { output } = await runReport(upstream())
  const page = await open(output, { colorScheme })
  const contrasts = await page.evaluate<number[]>(measureContrasts)
  expect(contrasts.length).toBeGreaterThan(10)
  expect(Math.min(...contrasts)).toBeGreaterThan(4.5)
})

/** Of all text and of every line of a chart, against the page. */
const measureContrasts = `(() => {
  const luminance = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => {
      const share = Number(part) / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const ground = luminance(getComputedStyle(document.body).backgroundColor)
  const contrast = (colour) => {
    const [high, low] = [luminance(colour), ground].sort((a, b) => b - a)
    return (high + 0.05) / (low + 0.05)
  }
  const texts = [...document.querySelectorAll('h1, h2, p, li, th, td')].map((one) => getComputedStyle(one).color)
  const labels = [...document.querySelectorAll('svg text')].map((one) => getComputedStyle(one).fill)
  const lines = [...document.querySelectorAll('svg > path')].map((one) => getComputedStyle(one).stroke)
  return [...texts, ...labels, ...lines].map(contrast)
})()`

test('a Prometheus that knows nothing of the fleet gives a report that says so', async () => {
  const empty = await startPast([gauge('something_else', 'a', () => 1)], { now, days: 1 })
  onTestFinished(() => empty.close())
  const { code, output } = await runReport(`prometheus: '${empty.url}'`)
  expect(code).toBe(0)
  const text = await readFile(join(output, 'report.md'), 'utf8')
  expect(text).toContain('There is not a day of history yet, so nothing can be said of trends.')
  expect(text).toContain('No alert fired.')
  expect(text).toContain('Prometheus has no memory use of ohlc\\_api, trainer, newcomer.')
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
