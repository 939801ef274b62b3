// Paths that say how Watchpost itself is, and the one that makes it load its configuration again.
import { Router } from 'express'
import { formatProblem } from '../config/problem.ts'
import type { Served } from './app.ts'

export function healthRoutes(served: Served): Router {
  const router = Router()
  router.get('/-/healthy', (_request, response) => {
    response.type('text').send('Watchpost is healthy.\n')
  })
  router.get('/-/ready', (_request, response) => {
    response.type('text').send('Watchpost is ready.\n')
  })
  router.get('/health', (_request, response) => {
    const uptime = Math.round(Date.now() / 1000 - served.startedAt)
    response.set('cache-control', 'no-store').json({ status: 'healthy', version: served.version, uptime })
  })
  router.post('/-/reload', async (_request, response) => {
    const problems = await served.reload()
    if (problems.length === 0) response.type('text').send('The configuration was loaded.\n')
    else {
      const text = [...problems.map(formatProblem), 'The configuration in use was kept.'].join('\n')
      response.status(500).type('text').send(`${text}\n`)
    }
  })
  router.all('/-/reload', (_request, response) => {
    response
      .status(405)
      .set('allow', 'POST')
      .type('text')
      .send('Send a POST to load the configuration again.\n')
  })
  return router
}
