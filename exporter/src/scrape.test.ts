import { expect, test } from 'vitest'
import { parseConfig } from './config/load.ts'
import { serveHttp } from './probes/testing/servers.ts'
import { createScraper } from './scrape.ts'
import type { Scraper } from './scrape.ts'
import { collectors } from './collectors/all.ts'
import { collectorContext } from '../../test/harness/collector.ts'

async function scraperFor(
  answers: (requests: number) => string | undefined,
  after?: Promise<unknown>,
): Promise<{ scraper: Scraper; asked: () => number }> {
  let requests = 0
  const origin = await serveHttp((_request, response) => {
    requests += 1
    const body = answers(requests)
    if (body !== undefined) response.end(body)
  })
  const { config } = parseConfig({
    collectors,
    file: 'f',
    text: `services: [{ name: a, url: "${origin}/" }]`,
    environment: {},
  })
  if (!config) throw new Error('the configuration of the test is wrong')
  const context = collectorContext({ timeoutSeconds: 60 })
  return {
    scraper: createScraper({ config, context, clock: Date.now, ...(after && { after }) }),
    asked: () => requests,
  }
}

test('a round ends at its deadline, whatever the target does', async () => {
  const { scraper } = await scraperFor(() => undefined)
  const snapshot = await scraper.scrape(0.4)
  expect(snapshot.durationSeconds).toBeLessThan(5)
  expect(snapshot.readings.services?.targets[0]).toMatchObject({ status: 'error', reason: 'timeout' })
  expect(snapshot.outcomes).toMatchObject([{ collector: 'services', success: true }])
})

test('two who ask at once share one round', async () => {
  const { scraper, asked } = await scraperFor(() => '{}')
  const [first, second] = await Promise.all([scraper.scrape(5), scraper.scrape(5)])
  expect(second).toBe(first)
  expect(asked()).toBe(1)
})

test('one who can wait less than the round under way has a round of its own', async () => {
  const { scraper } = await scraperFor((requests) => (requests === 1 ? undefined : '{}'))
  const slow = scraper.scrape(3)
  const quick = await scraper.scrape(0.5)
  expect(quick.durationSeconds).toBeLessThan(2)
  expect((await slow).durationSeconds).toBeGreaterThan(2)
})

test('one who can wait longer does not get the time-outs of a round that had no time', async () => {
  const { scraper } = await scraperFor((requests) => (requests === 1 ? undefined : '{}'))
  const hasty = scraper.scrape(0.3)
  const patient = await scraper.scrape(5)
  expect(patient.readings.services?.targets[0]).toMatchObject({ status: 'healthy' })
  expect((await hasty).readings.services?.targets[0]).toMatchObject({ reason: 'timeout' })
})

test('a predecessor that does not let go costs the round a part of its time, and not its targets', async () => {
  const { scraper } = await scraperFor(() => '{}', new Promise(() => {}))
  const snapshot = await scraper.scrape(2)
  expect(snapshot.readings.services?.targets[0]).toMatchObject({ status: 'healthy' })
})

test('a snapshot cannot be changed', async () => {
  const { scraper } = await scraperFor(() => '{}')
  const snapshot = await scraper.scrape(5)
  expect(Object.isFrozen(snapshot) && Object.isFrozen(snapshot.readings)).toBe(true)
  expect(scraper.last()).toBe(snapshot)
})
