// GET /config: the configuration in use, every secret masked.
import type { RequestHandler } from 'express'
import { stringify } from 'yaml'
import type { Served } from './app.ts'

export function serveConfig(served: Served): RequestHandler {
  return (_request, response) => {
    // Secrets turn into <secret> by themselves on the way through JSON.
    const shown: unknown = JSON.parse(JSON.stringify(served.settings()))
    response.set('cache-control', 'no-store').type('text').send(stringify(shown))
  }
}
