// GET /config: the configuration in use, every secret masked.
import type { RequestHandler } from 'express'
import { stringify } from 'yaml'
import { publicUrl } from '../schema/http-url.ts'
import type { Served } from './served.ts'

export function serveConfig(served: Served): RequestHandler {
  return (_request, response) => {
    // Secrets turn into <secret> by themselves on the way through JSON; the query of a URL may hold one, too.
    const shown: unknown = JSON.parse(JSON.stringify(served.settings()), (_key, value: unknown) =>
      typeof value === 'string' && URL.canParse(value) ? publicUrl(value) : value,
    )
    response.set('cache-control', 'no-store').type('text').send(stringify(shown))
  }
}
