// Whether the exporter is scraped, often enough and in time.
import { z } from 'zod'
import { finding, well } from './check.ts'
import type { Check } from './check.ts'

const target = z.object({
  labels: z.record(z.string(), z.string()),
  scrapeUrl: z.string(),
  health: z.string(),
  lastError: z.string(),
  lastScrape: z.iso.datetime({ offset: true }),
  lastScrapeDuration: z.number(),
  scrapeInterval: z.string().default(''),
  scrapeTimeout: z.string().default(''),
})

export const targets = z.object({ activeTargets: z.array(target) })
export type ScrapeTarget = z.output<typeof target>

const slowShare = 0.8
const longestSilenceSeconds = 300

export function judgeScrapes(ours: readonly ScrapeTarget[], now: number): Check[] {
  if (ours.length > 0) return ours.map((one) => judgeScrape(one, now))
  return [
    finding(
      'scraping',
      'Prometheus scrapes no exporter of Watchpost',
      "add a scrape job named watchpost with the exporter's address to prometheus.yml",
    ),
  ]
}

function judgeScrape(one: ScrapeTarget, now: number): Check {
  const { scrapeUrl, health, lastError, lastScrapeDuration, scrapeInterval, scrapeTimeout } = one
  const subject = `scraping ${scrapeUrl}`
  const ago = now - Date.parse(one.lastScrape) / 1000
  if (health === 'down') {
    return finding(
      subject,
      lastError,
      'start watchpost serve there, or correct the address in prometheus.yml; with a login, add basic_auth',
    )
  }
  if (health !== 'up' || ago > longestSilenceSeconds) {
    return finding(
      subject,
      'it has not been scraped lately',
      'wait for an interval; if it stays so, restart Prometheus',
    )
  }
  const took = `${Math.round(lastScrapeDuration * 1000)} ms`
  const timeout = Number.parseFloat(scrapeTimeout)
  if (/^[\d.]+s$/.test(scrapeTimeout) && lastScrapeDuration > slowShare * timeout) {
    return finding(
      subject,
      `the last took ${took} of the ${scrapeTimeout} there are`,
      'give slow targets a shorter timeout, or raise scrape_timeout',
    )
  }
  return well(subject, `every ${scrapeInterval || 'interval'}, the last ${ago.toFixed(0)} s ago took ${took}`)
}
