// The pages: the webhook, the controls, metrics and health.
import { createHash, timingSafeEqual } from 'node:crypto'
import express from 'express'
import type { ErrorRequestHandler, Express, Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import { explain } from '../../../exporter/src/log.ts'
import type { Log } from '../../../exporter/src/log.ts'
import { contentTypes, renderPage } from '../../../exporter/src/metrics/exposition.ts'
import type { Secret } from '../../../exporter/src/schema/secret.ts'
import { controlRoutes } from './control.ts'
import { payload, sortAlerts } from './payload.ts'
import type { Served } from './served.ts'

const maxBodyBytes = 1_048_576

export function createApp(served: Served): Express {
  const { config, ailment, families, tally } = served
  const app = express()
  app.disable('x-powered-by')
  app.set('etag', false)
  app.get('/metrics', async (_request, response) => {
    const page = renderPage(await families(), 'text')
    response.set('content-type', contentTypes.text).send(page)
  })
  app.get('/-/healthy', (_request, response) => {
    const reason = ailment()
    if (reason === undefined) response.type('text').send('Recovery is healthy.\n')
    else response.status(503).type('text').send(`Recovery is not well: ${reason}.\n`)
  })
  app.use('/v1', (_request, response, next) => {
    response.once('finish', () => tally.add('requests', { code: String(response.statusCode) }))
    next()
  })
  const body = [isJson, express.json({ limit: maxBodyBytes, inflate: false })]
  app.post('/v1/alerts', requireToken(config.settings.token_file), ...body, receiveAlerts(served))
  const control = requireToken(config.settings.control_token_file)
  app.use('/v1/control', control, ...body, controlRoutes(served))
  app.use((_request: Request, response: Response) => {
    response.status(404).type('text').send('there is no such page\n')
  })
  app.use(failed(served.log))
  return app
}

function receiveAlerts({ config, journal, tally, log, clock, wake }: Served): RequestHandler {
  return (request, response) => {
    const parsed = payload.safeParse(request.body)
    if (!parsed.success) {
      const text = `expected a payload of Alertmanager, version 4: ${z.prettifyError(parsed.error)}\n`
      response.status(400).type('text').send(text.slice(0, 2_000))
      return
    }
    if (!journal) {
      response.status(202).type('text').send('everything is off\n')
      return
    }
    const { events, kinds, isFull } = sortAlerts(parsed.data.alerts, config, journal.state, clock())
    try {
      journal.append(events)
    } catch (error) {
      log.error('alerts could not be stored', { reason: explain(error) })
      response.status(503).type('text').send('the alerts could not be stored\n')
      return
    }
    for (const kind of kinds) tally.add('alerts', { kind })
    for (const event of events) {
      if (event.type === 'received' && event.recurs) tally.add('recurrences', { policy: event.policy })
    }
    if (parsed.data.truncatedAlerts > 0) tally.add('truncated', {}, parsed.data.truncatedAlerts)
    if (events.length > 0) wake()
    // Alertmanager sends again what was answered with 503, and nothing that was answered with 4xx.
    if (isFull) response.status(503).type('text').send('too many episodes are open\n')
    else response.status(202).type('text').send('stored\n')
  }
}

/** Each token is hashed first: digests are equally long, and comparing them takes equally long. */
function requireToken(token: Secret | undefined): RequestHandler {
  return (request, response, next) => {
    const given = /^Bearer ([^\s]+)$/.exec(request.get('authorization') ?? '')?.[1] ?? ''
    const expected = token?.reveal() ?? ''
    // A page of another site cannot set the header, and one that a browser sends by itself has an origin.
    if (expected !== '' && timingSafeEqual(digest(given), digest(expected)) && !request.get('origin')) next()
    else response.status(401).type('text').send('expected a bearer token\n')
  }
}

const isJson: RequestHandler = (request, response, next) => {
  if (request.method === 'GET' || request.is('application/json')) next()
  else response.status(415).type('text').send('expected application/json\n')
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function failed(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const given = z.object({ status: z.int().min(400).max(499) }).safeParse(error)
    const status = given.success ? given.data.status : 500
    log.warn('request failed', { method: request.method, status, reason: explain(error) })
    if (response.headersSent) next(error)
    else response.status(status).type('text').send('the request could not be read\n')
  }
}
