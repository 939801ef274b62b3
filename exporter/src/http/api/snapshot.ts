// The snapshot that an answer is made from, and how long that answer may be kept.
import type { Snapshot } from '../../scrape.ts'
import type { Served } from '../served.ts'

const freshSeconds = 15
const timeoutSeconds = 10

/** The last round where it is fresh, else a round of our own: the API works without Prometheus, too. */
export async function freshSnapshot({ scraper }: Pick<Served, 'scraper'>): Promise<Snapshot> {
  const last = scraper().last()
  return last !== undefined && leftSeconds(last) > 0 ? last : scraper().scrape(timeoutSeconds)
}

/** Seconds until a newer round would be asked for. */
export function leftSeconds({ startedAt }: Snapshot): number {
  return Math.max(0, Math.floor(freshSeconds - (Date.now() / 1000 - startedAt)))
}
