// GET /metrics: a round of probes, then the page.
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { ZlibOptions } from 'node:zlib'
import type { RequestHandler } from 'express'
import { collectorNames } from '../collectors/index.ts'
import { contentTypes, renderPage } from '../metrics/exposition.ts'
import type { CollectorName } from '../scrape.ts'
import type { Served } from './served.ts'
import { findingsOf } from './diagnosis.ts'
import { chooseFormat } from './negotiation.ts'
import { pageFamilies } from './page.ts'
import { sendTextProblem } from './problem.ts'

const defaultTimeoutSeconds = 10
// What is left for rendering and for the way back, so that the page arrives before Prometheus gives up.
const marginSeconds = 0.5
// A timer of weeks would fire at once, and find every target late.
const longestSeconds = 600

export function serveMetrics(served: Served): RequestHandler {
  // The memory of the last page that was sent: the next is written over it.
  let spare: Buffer | undefined
  return async (request, response) => {
    const only = readCollect(request.query['collect[]'] ?? request.query['collect'])
    if (typeof only === 'string') {
      sendTextProblem(response, 400, only)
      return
    }
    const seconds = roundSeconds(request.get('x-prometheus-scrape-timeout-seconds'))
    const snapshot = await served.scraper().scrape(seconds, only)
    const findings = only === undefined ? findingsOf(snapshot, served) : []
    const input = { snapshot, findings, reload: served.reloadState(), version: served.version }
    const self = only === undefined ? served.self.families() : []
    const format = chooseFormat(request.get('accept'))
    const room = spare
    spare = undefined
    const page = renderPage([...pageFamilies(input), ...self], format, room)
    response.set({
      'content-type': contentTypes[format],
      'cache-control': 'no-store',
      vary: 'accept, accept-encoding',
    })
    if (request.acceptsEncodings('gzip', 'identity') !== 'gzip') {
      response.send(page)
      return
    }
    response.set('content-encoding', 'gzip').send(await compress(page, compression))
    spare = Buffer.from(page.buffer)
  }
}

const compress = promisify<Buffer, ZlibOptions, Buffer>(gzip)
// The lowest level shrinks a page eightfold for half of the time that the default takes. Memory of this size
// is given back to the system when it is no longer used, that of the default size is not.
const compression = { level: constants.Z_BEST_SPEED, chunkSize: 256 * 1024 }

/** The collectors asked for by `collect[]`; undefined for all, a text for what is wrong. */
export function readCollect(value: unknown): readonly CollectorName[] | string | undefined {
  if (value === undefined) return undefined
  const asked = (Array.isArray(value) ? value : [value]).map(String)
  const unknown = asked.find((name) => !collectorNames.some((known) => known === name))
  if (unknown !== undefined) {
    return `collect[] expects names of collectors (${collectorNames.join(', ')}), got ${JSON.stringify(unknown)}`
  }
  return collectorNames.filter((name) => asked.includes(name))
}

/** How long a round may take when the scraper waits as long as its header says. Never more than it waits. */
export function roundSeconds(header: string | undefined): number {
  const told = Number(header)
  if (header === undefined || !Number.isFinite(told) || told <= 0) return defaultTimeoutSeconds
  const waits = Math.min(told, longestSeconds)
  return Math.max(waits - marginSeconds, waits / 2)
}
