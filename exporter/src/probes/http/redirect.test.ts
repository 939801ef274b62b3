import type { IncomingHttpHeaders } from 'node:http'
import { expect, test } from 'vitest'
import { createSecret } from '../../schema/secret.ts'
import { probeHttp } from './http.ts'
import type { HttpOutcome, HttpRequest } from './http.ts'
import { serveHttp } from '../testing/servers.ts'

const never = new AbortController().signal

function probe(url: string, more: Partial<HttpRequest> = {}): Promise<HttpOutcome> {
  return probeHttp({ url, timeoutSeconds: 5, redirects: 3, ...more }, never)
}

/** Redirects `/302/x` to what `to` says, and tells of every other request what it carried. */
function serveRedirects(to: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  return serveHttp((request, response) => {
    const status = Number(/^\/(\d{3})$/.exec(request.url ?? '')?.[1] ?? 200)
    response.writeHead(status, status === 200 ? {} : { location: to, ...more })
    response.end(JSON.stringify({ method: request.method, headers: request.headers }))
  })
}

function seen(outcome: HttpOutcome): { method: string; headers: IncomingHttpHeaders } {
  return JSON.parse(outcome.bodyText ?? '') as { method: string; headers: IncomingHttpHeaders }
}

test('a redirect is an answer like any other unless it is to be followed', async () => {
  const origin = await serveRedirects('/there')
  expect(await probe(`${origin}/302`, { redirects: 0 })).toMatchObject({ status: 302, failure: undefined })
  expect(await probe(`${origin}/302`)).toMatchObject({ status: 200, redirects: 1, url: `${origin}/there` })
})

test('a circle of redirects ends at the limit', async () => {
  let requests = 0
  const origin = await serveHttp((_, response) => {
    requests += 1
    response.writeHead(302, { location: '/again' }).end()
  })
  expect(await probe(origin)).toMatchObject({
    failure: 'redirect',
    detail: 'there were more than 3 redirects',
    status: 302,
    redirects: 3,
  })
  expect(requests).toBe(4)
})

test.for(['file:///etc/passwd', 'ftp://127.0.0.1/', 'javascript:alert(1)', 'http://', ''])(
  'a redirect to "%s" is not followed',
  async (to) => {
    const origin = await serveRedirects(to)
    expect(await probe(`${origin}/301`)).toMatchObject({
      failure: 'redirect',
      status: 301,
    })
  },
)

test('credentials and headers of ours stay with the origin, and the host changes with it', async () => {
  const other = await serveRedirects('/')
  const origin = await serveRedirects(`${other}/final`, { 'set-cookie': 'session=1; Path=/' })
  const outcome = await probe(`${origin}/307`, {
    auth: { basic: { username: 'u', password: createSecret('p') } },
    headers: { 'x-api-key': 'k', host: 'api.example', 'accept-language': 'zh-TW' },
  })
  const { headers } = seen(outcome)
  expect(headers).not.toHaveProperty('authorization')
  expect(headers).not.toHaveProperty('x-api-key')
  expect(headers).not.toHaveProperty('cookie')
  expect(headers).toMatchObject({ host: new URL(other).host, 'accept-language': 'zh-TW' })
})

test('on the same origin credentials go along, and cookies come back', async () => {
  const origin = await serveRedirects('/final', { 'set-cookie': 'session=1; Path=/' })
  const { headers } = seen(await probe(`${origin}/302`, { auth: { bearer: createSecret('t') } }))
  expect(headers).toMatchObject({ authorization: 'Bearer t', cookie: 'session=1' })
})

test('a POST becomes a GET on 303 and stays what it is on 307, but never takes its body elsewhere', async () => {
  const other = await serveRedirects('/')
  const origin = await serveRedirects('/final')
  const post = { method: 'POST', body: 'x' }
  const got = seen(await probe(`${origin}/303`, post))
  expect(got.method).toBe('GET')
  expect(got.headers).not.toHaveProperty('content-length')
  expect(seen(await probe(`${origin}/307`, post)).headers).toMatchObject({ 'content-length': '1' })
  expect(await probe(`${await serveRedirects(other)}/308`, post)).toMatchObject({ failure: 'redirect' })
})

test('the phases of all hops add up', async () => {
  const origin = await serveHttp((request, response) => {
    setTimeout(() => response.writeHead(request.url === '/end' ? 200 : 302, { location: '/end' }).end(), 40)
  })
  const { phases } = await probe(origin)
  expect(phases.processing).toBeGreaterThan(0.078)
})
