// GET /probe?target=NAME: one configured target in blackbox_exporter's names, so that what is built on those fits.
import type { RequestHandler } from 'express'
import type { Config } from '../config/load.ts'
import { contentTypes, renderPage } from '../metrics/exposition.ts'
import type { Served } from './served.ts'
import { roundSeconds } from './metrics.ts'
import { chooseFormat } from './negotiation.ts'
import { probeFamilies } from './probe-families.ts'
import { sendTextProblem } from './problem.ts'
import { describeProbe } from './trace.ts'

export function serveProbe(served: Served): RequestHandler {
  return async (request, response) => {
    const { target } = request.query
    if (typeof target !== 'string' || target === '') {
      sendTextProblem(response, 400, 'expected the name of a target, as in /probe?target=NAME')
      return
    }
    const seconds = roundSeconds(request.get('x-prometheus-scrape-timeout-seconds'))
    // Some who build the address encode the name twice.
    const name = nameOf(target, served.scraper().targets())
    const probe = await served.scraper().probe(name, seconds)
    if (!probe) {
      // A free URL here would let anybody send requests through us.
      const detail = `there is no target ${JSON.stringify(target)} in the configuration`
      sendTextProblem(response, 404, detail)
      return
    }
    const format = chooseFormat(request.get('accept'))
    const limit = Math.min(seconds, ownTimeout(served.settings(), name))
    const page = renderPage(probeFamilies(probe, limit), format)
    response.set('cache-control', 'no-store')
    if (request.query['debug'] === 'true') {
      response
        .type('text')
        .send(`${describeProbe(probe)}\n\nMetrics that would have been returned:\n${page.toString()}`)
    } else response.set('content-type', contentTypes[format]).send(page)
  }
}

function nameOf(target: string, known: readonly string[]): string {
  if (known.includes(target) || !/%[\da-f]{2}/i.test(target)) return target
  try {
    return decodeURIComponent(target)
  } catch {
    return target
  }
}

/** How long the configuration lets a probe of the target take. */
function ownTimeout(settings: Config['settings'], target: string): number {
  const { services = [], endpoints = [], databases = [], data_sources: sources = [], global } = settings
  const found = [...services, ...endpoints, ...databases, ...sources].find(({ name }) => name === target)
  return found?.timeout ?? global.timeout
}
