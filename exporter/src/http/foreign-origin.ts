// A page of somebody else, open in the browser of somebody who may reach us, must not make us do anything.
import type { RequestHandler } from 'express'
import { sendTextProblem } from './problem.ts'

const changes: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/** Refuses what a browser sends on behalf of another origin. Programs send neither header and pass. */
export const refuseForeignOrigin: RequestHandler = (request, response, next) => {
  const site = request.get('sec-fetch-site')
  const isForeign =
    site === undefined
      ? !isOwn(request.get('origin'), request.get('host'))
      : !/^(?:same-origin|none)$/.test(site)
  if (!changes.has(request.method) || !isForeign) return next()
  sendTextProblem(response, 403, 'a page of another origin may not ask for this')
}

function isOwn(origin: string | undefined, host: string | undefined): boolean {
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)
}
