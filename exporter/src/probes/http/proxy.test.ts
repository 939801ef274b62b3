import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createSecret, secretFile } from '../../schema/secret.ts'
import { probeHttp } from './http.ts'
import type { HttpOutcome, HttpRequest } from './http.ts'
import { createIdentity } from '../../../../demo/certificate.ts'
import { listen, serveHttp, serveHttps } from '../testing/servers.ts'

const never = new AbortController().signal

function probe(request: HttpRequest): Promise<HttpOutcome> {
  return probeHttp({ timeoutSeconds: 5, ...request }, never)
}

/** A proxy that tunnels, or answers CONNECT with a status of its own. */
async function serveProxy(status = 200): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = []
  const note = (request: IncomingMessage): void => {
    asked.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? '-'}`)
  }
  const server = createServer((request, response) => {
    note(request)
    response.end('by proxy')
  })
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    note(request)
    socket.write(`HTTP/1.1 ${status} Whatever\r\n\r\n`)
    if (status !== 200) return socket.end()
    const onward = connect(Number(request.url?.split(':')[1]), '127.0.0.1')
    onward.on('error', () => {})
    return socket.pipe(onward).pipe(socket)
  })
  return { url: `http://127.0.0.1:${await listen(server)}`, asked }
}

test('plain HTTP is asked of the proxy by its whole URL, with the credentials for the proxy', async () => {
  const proxy = await serveProxy()
  const outcome = await probe({
    url: 'http://nowhere.invalid:81/a?b',
    proxy: { url: proxy.url, username: 'u', password: createSecret('p') },
  })
  expect(outcome).toMatchObject({ failure: undefined, bodyText: 'by proxy' })
  expect(outcome.phases).not.toHaveProperty('dns')
  expect(proxy.asked).toEqual(['GET http://nowhere.invalid:81/a?b Basic dTpw'])
})

test('HTTPS goes through a tunnel, verified end to end, and the origin sees nothing of the proxy', async () => {
  const authority = createIdentity({ name: 'Test CA', isAuthority: true })
  const good = createIdentity({ name: 'good', issuer: authority, hosts: ['127.0.0.1'] })
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-proxy-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const ca_file = join(folder, 'ca.pem')
  writeFileSync(ca_file, authority.cert)
  const port = await serveHttps({ cert: good.cert, key: good.key }, (request, response) => {
    response.end(JSON.stringify(request.headers))
  })
  const proxy = await serveProxy()
  const outcome = await probe({
    url: `https://127.0.0.1:${port}/`,
    tls: { ca_file },
    proxy: { url: proxy.url, username: 'u', password: createSecret('p') },
  })
  expect(outcome).toMatchObject({ failure: undefined, status: 200, certificate: { verified: true } })
  expect(outcome.bodyText).not.toContain('proxy')
  expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${port} Basic dTpw`])
})

test('a proxy that refuses, or is not there, is a connect failure', async () => {
  const proxy = await serveProxy(407)
  const refused = await probe({ url: 'https://127.0.0.1:1/', proxy: { url: proxy.url } })
  expect(refused).toMatchObject({ failure: 'connect', detail: 'the proxy answered 407', status: undefined })
  const absent = await probe({ url: 'https://127.0.0.1:1/', proxy: { url: 'http://127.0.0.1:1' } })
  expect(absent).toMatchObject({ failure: 'connect' })
})

test('a proxy that hangs is cut in the connect phase', async () => {
  const origin = await serveHttp(() => {})
  const server = createServer().on('connect', () => {})
  const port = await listen(server)
  const hung = { url: origin.replace('http', 'https'), proxy: { url: `http://127.0.0.1:${port}` } }
  expect(await probe({ ...hung, timeoutSeconds: 0.1 })).toMatchObject({
    failure: 'timeout',
    detail: 'the proxy gave no answer: time was up in the connect phase',
  })
})

test('a password of the proxy that is gone is told of, and costs no other target', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'watchpost-proxy-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'password')
  writeFileSync(file, 'a')
  const password = secretFile.parse(file)
  rmSync(file)
  const proxy = { url: 'http://127.0.0.1:1', username: 'us', password }
  for (const url of ['http://target.invalid/', 'https://target.invalid/']) {
    expect(await probe({ url, proxy })).toMatchObject({
      failure: 'auth',
      detail: expect.stringContaining('ENOENT'),
      status: undefined,
    })
  }
})
