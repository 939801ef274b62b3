// How many may be asked for at once: whoever comes beyond that is told so instead of being kept waiting.
import type { RequestHandler } from 'express'
import { sendTextProblem } from './problem.ts'

export function limitParallel(limit: number): RequestHandler {
  let underWay = 0
  return (_request, response, next) => {
    if (underWay >= limit) {
      response.set('retry-after', '1')
      sendTextProblem(response, 503, `${limit} requests are under way already; see --web.max-requests`)
      return
    }
    underWay += 1
    // However it ends, also where the asker has gone away.
    response.once('close', () => {
      underWay -= 1
    })
    next()
  }
}
