// GET /metrics: a round of probes, then the page.
import type { RequestHandler } from 'express'
import { renderText, textContentType } from '../metrics/exposition.ts'
import type { Served } from './app.ts'
import { pageFamilies } from './page.ts'

const defaultTimeoutSeconds = 10
// What is left for rendering and for the way back, so that the page arrives before Prometheus gives up.
const marginSeconds = 0.5

export function serveMetrics(served: Served): RequestHandler {
  return async (request, response) => {
    const snapshot = await served
      .scraper()
      .scrape(roundSeconds(request.get('x-prometheus-scrape-timeout-seconds')))
    const input = { snapshot, reload: served.reloadState(), version: served.version }
    const page = renderText(pageFamilies(input)) + (await served.self.text())
    response.set({ 'content-type': textContentType, 'cache-control': 'no-store' }).send(page)
  }
}

/** How long a round may take when the scraper waits as long as its header says. Never more than it waits. */
export function roundSeconds(header: string | undefined): number {
  const waits = Number(header)
  if (header === undefined || !Number.isFinite(waits) || waits <= 0) return defaultTimeoutSeconds
  return Math.max(waits - marginSeconds, waits / 2)
}
