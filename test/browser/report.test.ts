// The report as a person reads it: in a real Chromium, by day and by night, and on a telephone.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { useBrowser } from '../harness/browser.ts'
import { useReportWorld } from '../harness/report.ts'

const { upstream, runReport } = useReportWorld()
const browser = useBrowser()

async function open(output: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
  const page = await browser().newPage(options)
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
  expect(await page.getByRole('img').count()).toBe(7)
  await page.getByRole('img', { name: 'Memory use' }).waitFor()
  await page.getByRole('region', { name: 'Alerts' }).getByRole('cell', { name: 'critical' }).waitFor()
  const overflow = await page.evaluate<boolean>(
    'document.documentElement.scrollWidth > document.documentElement.clientWidth',
  )
  expect(overflow).toBe(false)
  // A chart is drawn smaller than it is on a screen; what is written on it is still read.
  const heights = await page.evaluate<number[]>(
    "[...document.querySelectorAll('svg text')].map((one) => one.getBoundingClientRect().height)",
  )
  expect(Math.min(...heights)).toBeGreaterThan(8)
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
