// The JSON API: read only, made from a snapshot no older than a scrape.
import { Router } from 'express'
import type { Served } from '../served.ts'
import { isIdentified } from '../access.ts'
import { refuseMethod, sendProblem } from '../problem.ts'
import { endpoints } from './endpoints.ts'
import { describeApi } from './openapi.ts'
import { readParameters } from './parameters.ts'

export function apiRoutes(served: Served): Router {
  const router = Router()
  for (const { path, parameters, read } of endpoints) {
    router
      .route(path)
      .get(async (request, response) => {
        const given = readParameters(parameters, request.query)
        if (typeof given === 'string') {
          sendProblem(response, 400, given)
          return
        }
        const { body, maxAgeSeconds } = await read(
          { ...served, isIdentified: isIdentified(response) },
          given.value,
        )
        const caching = maxAgeSeconds === 0 ? 'no-store' : `private, max-age=${maxAgeSeconds}`
        response.set('cache-control', caching).json(body)
      })
      .all(refuseMethod('GET', 'HEAD'))
  }
  router
    .route('/api/openapi.json')
    .get((_request, response) => void response.json(describeApi(served.version)))
    .all(refuseMethod('GET', 'HEAD'))
  router.use('/api', (_request, response) => {
    sendProblem(response, 404, 'see /api/openapi.json for what there is')
  })
  return router
}
