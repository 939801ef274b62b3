// The landing page as a person meets it, in a real Chromium (Debian's package `chromium`).
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseConfig } from '../../exporter/src/config/load.ts'
import { createHistory } from '../../exporter/src/history.ts'
import { createApp } from '../../exporter/src/http/app.ts'
import { createLog } from '../../exporter/src/log.ts'
import { createSelfMetrics } from '../../exporter/src/metrics/self.ts'
import { createScraper } from '../../exporter/src/scrape.ts'

const closers: (() => unknown)[] = []
let browser: Browser
let url: string

async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

beforeAll(async () => {
  const fleet = await listen(createServer((_request, response) => response.end('{"status":"healthy"}')))
  const text = `services: [{ name: well, url: "${fleet}" }, { name: "<b>odd</b> & \\"name\\"", url: "http://127.0.0.1:1/" }]`
  const { config } = parseConfig({ file: 'f', text, environment: {} })
  if (!config) throw new Error('the configuration of the test is wrong')
  const log = createLog('error')
  const history = createHistory(100)
  const context = {
    log,
    timeoutSeconds: 2,
    databases: new Map(),
    dependencies: new Map(),
    memory: new Map(),
    services: [],
    stateDirectory: undefined,
  }
  const scraper = createScraper({ config, context, history, clock: Date.now })
  const served = {
    version: '1.2.3',
    log,
    self: createSelfMetrics(),
    startedAt: 0,
    scraper: () => scraper,
    settings: () => config.settings,
    history,
    reloadState: () => ({ successful: true, succeededAt: 0 }),
    reload: async () => [],
  }
  url = await listen(createServer(createApp(served)))
  for (let round = 0; round < 3; round += 1) await fetch(`${url}/metrics`)
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-quic'],
  })
  closers.push(() => browser.close())
})

afterAll(async () => {
  for (const close of closers.toReversed()) await close()
})

async function open(options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
  const page = await browser.newPage(options)
  await page.goto(url)
  return page
}

test('the page says for each target how it is and why, in a table that has a name', async () => {
  const page = await open()
  expect(await page.getByRole('table').locator('caption').textContent()).toContain('2 targets')
  const row = page.getByRole('row', { name: 'well' })
  expect(await row.getByRole('cell').allTextContents()).toEqual([
    'service',
    'healthy',
    '',
    expect.stringMatching(/^\d+ ms$/),
    expect.stringContaining('3 verdicts'),
  ])
  expect(await row.getByRole('img', { name: '3 verdicts, 0 of them errors' }).count()).toBe(1)
})

test('a name of markup is shown as it is and does nothing', async () => {
  const page = await open()
  expect(await page.getByRole('rowheader').last().textContent()).toBe('<b>odd</b> & "name"')
  expect(await page.locator('td b, th b').count()).toBe(0)
})

test('a name leads to the course of its last probe', async () => {
  const page = await open()
  await page.getByRole('link', { name: 'well' }).click()
  expect(await page.textContent('body')).toContain('verdict      healthy')
})

test.each(['light', 'dark'] as const)(
  'the words of states can be told from their ground in a %s scheme',
  async (colorScheme) => {
    const page = await open({ colorScheme })
    const ratios = await page.locator('.healthy, .error').evaluateAll((elements) => {
      const channel = (value: number): number =>
        value / 255 <= 0.039_28 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4
      const luminance = (rgb: readonly number[]): number => {
        const [red = 0, green = 0, blue = 0] = rgb.map(channel)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue
      }
      const numbers = (text: string): number[] => (text.match(/[\d.]+/g) ?? []).map(Number)
      // This function runs in the page, whose types are not those of the test.
      const view = globalThis as unknown as {
        matchMedia: (query: string) => { matches: boolean }
        getComputedStyle: (element: unknown) => { color: string }
      }
      const dark = view.matchMedia('(prefers-color-scheme: dark)').matches
      const ground = luminance(dark ? [18, 18, 18] : [255, 255, 255])
      return elements.map((element) => {
        const ink = luminance(numbers(view.getComputedStyle(element).color).slice(0, 3))
        return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05)
      })
    })
    // 4.5 is what WCAG asks of text.
    expect(Math.min(...ratios)).toBeGreaterThan(4.5)
  },
)

test('the page runs no script and loads nothing from elsewhere', async () => {
  const page = await browser.newPage()
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await page.goto(url)
  expect(asked.filter((address) => !address.endsWith('/favicon.ico'))).toEqual([`${url}/`])
  expect(await page.locator('script').count()).toBe(0)
})
