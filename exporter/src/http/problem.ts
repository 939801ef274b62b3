// What a refused request is answered with, and what a part that could not be told has in its place: a problem document,
// RFC 9457.
import type { RequestHandler, Response } from 'express'

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  421: 'Misdirected Request',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
}

export function describeProblem(status: number, detail: string, instance: string) {
  return { type: 'about:blank', title: titles[status] ?? 'Error', status, detail, instance }
}

export function sendProblem(response: Response, status: number, detail: string): void {
  const body = describeProblem(status, detail, response.req.originalUrl.slice(0, 200))
  response.status(status).type('application/problem+json').send(JSON.stringify(body))
}

/** To who scrapes and to jobs in text, as other exporters do; as a problem document to whom asks for JSON. */
export function sendTextProblem(response: Response, status: number, detail: string): void {
  response.vary('accept')
  const wanted = response.req.accepts(['text/plain', 'application/json', 'application/problem+json'])
  if (wanted === 'text/plain' || wanted === false) response.status(status).type('text').send(`${detail}\n`)
  else sendProblem(response, status, detail)
}

/** For what is left of a path once the handlers of these methods had their turn. */
export function refuseMethod(...allowed: readonly string[]): RequestHandler {
  return (request, response) => {
    response.set('allow', allowed.join(', '))
    sendProblem(response, 405, `expected ${allowed.join(' or ')}, got ${request.method}`)
  }
}
