// The Express application: which path leads where, and what an error looks like.
import express from 'express'
import type { ErrorRequestHandler, Express, Request, Response } from 'express'
import { explain } from '../log.ts'
import type { Log } from '../log.ts'
import { apiRoutes } from './api/routes.ts'
import { refuseForeignOrigin } from './foreign-origin.ts'
import { healthRoutes } from './health.ts'
import { serveConfig } from './config-page.ts'
import { serveMetrics } from './metrics.ts'
import { limitParallel } from './parallel.ts'
import { pingRoutes } from './ping.ts'
import { serveProbe } from './probe.ts'
import { serveLanding } from './landing.ts'
import { refuseMethod, sendProblem } from './problem.ts'
import type { Served } from './served.ts'

export function createApp(served: Served): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('etag', false)
  app.use((_request, response, next) => {
    response.set({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
    })
    next()
  })
  const pages = {
    '/': serveLanding(served),
    '/metrics': serveMetrics(served),
    '/probe': serveProbe(served),
    '/config': serveConfig(served),
  }
  if (served.maxRequests > 0) app.use('/metrics', limitParallel(served.maxRequests))
  for (const [path, serve] of Object.entries(pages))
    app.route(path).get(serve).all(refuseMethod('GET', 'HEAD'))
  app.use(pingRoutes(() => served.scraper().receivePing))
  app.use('/-', refuseForeignOrigin)
  app.use(healthRoutes(served))
  app.use(apiRoutes(served))
  app.use((request: Request, response: Response) => {
    sendProblem(response, 404, `there is no page ${request.path}; see / for those there are`)
  })
  app.use(failed(served.log))
  return app
}

/** What the framework itself refuses, such as a body that is too large, has a status of its own. */
function failed(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const status = error instanceof Error && 'status' in error ? Number(error.status) : 500
    if (status >= 400 && status < 500 && !response.headersSent) {
      sendProblem(response, status, explain(error))
      return
    }
    log.error('request failed', { method: request.method, path: request.path, reason: explain(error) })
    if (response.headersSent) next(error)
    else sendProblem(response, 500, 'the answer could not be made; the log says why')
  }
}
