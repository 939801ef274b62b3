// The JSON API: read only, made from a snapshot no older than a scrape.
import { Router } from 'express'
import type { ErrorRequestHandler, Request, Response } from 'express'
import type { z } from 'zod'
import { explain } from '../../log.ts'
import type { Snapshot } from '../../scrape.ts'
import type { Served } from '../app.ts'
import { readDashboard } from './dashboard.ts'
import * as models from './models.ts'
import { describeApi } from './openapi.ts'
import { toDataSources, toExecutionStats, toMicroservices, toSystemMonitoring } from './status.ts'

const freshSeconds = 15
const timeoutSeconds = 10

export interface Endpoint {
  readonly path: string
  readonly summary: string
  readonly answer: z.ZodType
  /** Query parameters by name, whole numbers within bounds. */
  readonly parameters?: Readonly<
    Record<
      string,
      { readonly min: number; readonly max: number; readonly default: number; readonly description: string }
    >
  >
  readonly read: (snapshot: Snapshot, parameters: Readonly<Record<string, number>>) => unknown
}

export const endpoints: readonly Endpoint[] = [
  {
    path: '/api/dashboard/system-monitoring',
    summary: 'The whole fleet at a glance.',
    answer: models.systemMonitoring,
    read: toSystemMonitoring,
  },
  {
    path: '/api/microservices/status',
    summary: 'Each service and how it is.',
    answer: models.microservices,
    read: toMicroservices,
  },
  {
    path: '/api/tasks/execution-stats',
    summary: 'Task runs by type.',
    answer: models.executionStats,
    read: toExecutionStats,
  },
  {
    path: '/api/data-sources/status',
    summary: 'Each data source and how it is.',
    answer: models.dataSources,
    read: toDataSources,
  },
  {
    path: '/api/monitoring/dashboard',
    summary: 'Present, history, active alerts and what they mean together.',
    answer: models.monitoringDashboard,
    parameters: { days: { min: 1, max: 30, default: 7, description: 'How many days of history.' } },
    read: (snapshot, { days = 7 }) => readDashboard(snapshot, days),
  },
]

export function apiRoutes(served: Served): Router {
  const router = Router()
  for (const endpoint of endpoints) {
    router.get(endpoint.path, async (request, response) => {
      const parameters = readParameters(endpoint, request)
      if (typeof parameters === 'string') {
        sendProblem(response, 400, parameters)
        return
      }
      const body = await endpoint.read(await freshSnapshot(served), parameters)
      response.set('cache-control', `private, max-age=${freshSeconds}`).json(body)
    })
  }
  router.get('/api/openapi.json', (_request, response) => {
    response.json(describeApi(endpoints, served.version))
  })
  router.use('/api', (request, response) => {
    const path = request.baseUrl + request.path
    const isKnown = path === '/api/openapi.json' || endpoints.some((endpoint) => endpoint.path === path)
    if (isKnown) response.set('allow', 'GET, HEAD')
    sendProblem(
      response,
      isKnown ? 405 : 404,
      isKnown ? `expected GET, got ${request.method}` : 'see /api/openapi.json for what there is',
    )
  })
  router.use('/api', failed(served))
  return router
}

/** The last round where it is fresh, else a round of our own: the API works without Prometheus, too. */
export async function freshSnapshot(served: Served): Promise<Snapshot> {
  const scraper = served.scraper()
  const last = scraper.last()
  const isFresh = last !== undefined && Date.now() / 1000 - last.startedAt < freshSeconds
  return isFresh ? last : scraper.scrape(timeoutSeconds)
}

function readParameters({ parameters = {} }: Endpoint, { query }: Request): Record<string, number> | string {
  const found: Record<string, number> = {}
  for (const [name, { min, max, default: fallback }] of Object.entries(parameters)) {
    const given = query[name]
    const value =
      given === undefined
        ? fallback
        : typeof given === 'string' && /^\d{1,6}$/.test(given)
          ? Number(given)
          : Number.NaN
    if (!(value >= min && value <= max)) return `${name}: expected a whole number from ${min} to ${max}`
    found[name] = value
  }
  return found
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  500: 'Internal Server Error',
}

export function sendProblem(response: Response, status: number, detail: string): void {
  const body = {
    type: 'about:blank',
    title: titles[status] ?? 'Error',
    status,
    detail,
    instance: response.req.originalUrl.slice(0, 200),
  }
  response.status(status).type('application/problem+json').send(JSON.stringify(body))
}

function failed({ log }: Served): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    log.error('request failed', { method: request.method, path: request.path, reason: explain(error) })
    if (response.headersSent) next(error)
    else sendProblem(response, 500, 'the answer could not be made; the log says why')
  }
}
