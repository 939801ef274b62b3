// The landing page as a person meets it, in a real Chromium (Debian's package `chromium`).
import type { RequestListener } from 'node:http'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseConfig } from '../../exporter/src/config/load.ts'
import { createHistory } from '../../exporter/src/history.ts'
import { createApp } from '../../exporter/src/http/app.ts'
import { createLog } from '../../exporter/src/log.ts'
import { createSelfMetrics } from '../../exporter/src/metrics/self.ts'
import { createScraper } from '../../exporter/src/scrape.ts'
import { collectors } from '../../exporter/src/collectors/all.ts'
import { useBrowser } from '../harness/browser.ts'
import { collectorContext } from '../harness/collector.ts'
import { listen } from '../harness/listen.ts'
import type { Running } from '../harness/listen.ts'

const servers: Running[] = []
const browser = useBrowser()
let url: string

async function start(answer: RequestListener): Promise<Running> {
  const server = await listen(answer)
  servers.push(server)
  return server
}

beforeAll(async () => {
  const { url: fleet } = await start((request, response) => {
    response.end(`{"status":"${request.url === '/worn' ? 'degraded' : 'healthy'}"}`)
  })
  const text = `services: [{ name: well, url: "${fleet}" }, { name: worn, url: "${fleet}/worn" }, { name: ${'long_name_'.repeat(15)}, url: "https://127.0.0.1:1/" }, { name: "<b>odd</b> & \\"name\\"", url: "http://127.0.0.1:1/" }]`
  const { config } = parseConfig({ collectors, file: 'f', text, environment: {} })
  if (!config) throw new Error('the configuration of the test is wrong')
  const log = createLog('error')
  const history = createHistory(100)
  const context = collectorContext({ log })
  const scraper = createScraper({ config, context, history, clock: Date.now })
  const served = {
    version: '1.2.3',
    log,
    self: createSelfMetrics(),
    startedAt: 0,
    maxRequests: 40,
    scraper: () => scraper,
    settings: () => config.settings,
    history,
    reloadState: () => ({ successful: true, succeededAt: 0 }),
    reload: async () => [],
  }
  url = (await start(createApp(served))).url
  for (let round = 0; round < 3; round += 1) await fetch(`${url}/metrics`)
})

afterAll(async () => {
  for (const server of servers.toReversed()) await server.stop()
})

async function open(options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
  const page = await browser().newPage(options)
  await page.goto(url)
  return page
}

test('the page says for each target how it is and why, in a table that has a name', async () => {
  const page = await open()
  expect(await page.getByRole('table').locator('caption').textContent()).toContain(
    '4 targets: 1 healthy, 1 warning, 2 error',
  )
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
  const names = await page.getByRole('rowheader').allTextContents()
  expect(names).toContain('<b>odd</b> & "name"')
  expect(await page.locator('td b, th b').count()).toBe(0)
})

test('a name leads to the course of its last probe', async () => {
  const page = await open()
  await page.getByRole('link', { name: 'well' }).click()
  expect(await page.textContent('body')).toContain('verdict      healthy')
})

const screens = [
  { name: 'a wide screen', viewport: { width: 1280, height: 800 } },
  { name: 'a phone', viewport: { width: 360, height: 740 } },
]

test.each(
  screens.flatMap((screen) => [
    { ...screen, colorScheme: 'light' as const },
    { ...screen, colorScheme: 'dark' as const },
  ]),
)(
  'on $name in a $colorScheme scheme nothing keeps anybody out, and nothing is wider than the screen',
  async ({ viewport, colorScheme }) => {
    // The page lets no script in, so the one that checks it has to be let past.
    const context = await browser().newContext({ viewport, colorScheme, bypassCSP: true })
    const page = await context.newPage()
    await page.goto(url)
    await page.addScriptTag({ path: 'node_modules/axe-core/axe.min.js' })
    const found: unknown =
      await page.evaluate(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
      .then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))`)
    expect(found).toEqual([])
    const width: unknown = await page.evaluate('document.documentElement.scrollWidth')
    expect(width).toBe(viewport.width)
    const row = page.getByRole('row', { name: 'well' })
    expect(await row.getByRole('cell').count()).toBe(5)
    await context.close()
  },
)

test('the page runs no script and loads nothing from elsewhere', async () => {
  const page = await browser().newPage()
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await page.goto(url)
  expect(asked.filter((address) => !address.endsWith('/favicon.ico'))).toEqual([`${url}/`])
  expect(await page.locator('script').count()).toBe(0)
})
