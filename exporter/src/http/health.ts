// Paths that say how Watchpost itself is, and the one that makes it load its configuration again.
import { Router } from 'express'
import { formatProblem } from '../config/problem.ts'
import type { Served } from './served.ts'
import { refuseMethod } from './problem.ts'

export function healthRoutes(served: Served): Router {
  const router = Router()
  for (const state of ['healthy', 'ready']) {
    router
      .route(`/-/${state}`)
      .get((_request, response) => void response.type('text').send(`Watchpost is ${state}.\n`))
      .all(refuseMethod('GET', 'HEAD'))
  }
  router
    .route('/-/reload')
    .post(async (_request, response) => {
      const problems = await served.reload()
      if (problems.length === 0) response.type('text').send('The configuration was loaded.\n')
      else {
        const text = [...problems.map(formatProblem), 'The configuration in use was kept.'].join('\n')
        response.status(500).type('text').send(`${text}\n`)
      }
    })
    .all(refuseMethod('POST'))
  return router
}
