import { expect, test } from 'vitest'
import { createSecret } from '../../schema/secret.ts'
import { probeHttp } from './http.ts'
import type { HttpOutcome } from './http.ts'
import { createTokenSource } from './oauth2.ts'
import type { ClientCredentials } from './oauth2.ts'
import { serveHttp } from '../testing/servers.ts'

const never = new AbortController().signal

interface Issuer {
  readonly url: string
  readonly asked: string[]
}

async function serveTokens(answer: Readonly<Record<string, unknown>>, status = 200): Promise<Issuer> {
  const asked: string[] = []
  const url = await serveHttp((request, response) => {
    request.on('data', (chunk: Buffer) => asked.push(`${request.headers.authorization} ${chunk.toString()}`))
    request.on('end', () => {
      response.writeHead(status).end(JSON.stringify({ access_token: `t${asked.length}`, ...answer }))
    })
  })
  return { url, asked }
}

function credentials(url: string): ClientCredentials {
  return {
    endpoint: { url, timeoutSeconds: 2 },
    clientId: 'watch post',
    clientSecret: createSecret('hush:hush'),
  }
}

test('a token is asked for once and used until shortly before its end', async () => {
  const issuer = await serveTokens({ expires_in: 3600 })
  const api = await serveHttp((request, response) => response.end(request.headers.authorization))
  const token = createTokenSource({
    ...credentials(issuer.url),
    scopes: ['a', 'b'],
    parameters: { audience: createSecret('x') },
  })
  const probe = (): Promise<HttpOutcome> => probeHttp({ url: api, auth: { token }, timeoutSeconds: 2 }, never)
  const outcomes = await Promise.all([probe(), probe(), probe()])
  expect([...outcomes, await probe()].map(({ bodyText }) => bodyText)).toEqual(Array(4).fill('Bearer t1'))
  const sent = Buffer.from('watch%20post:hush%3Ahush').toString('base64')
  expect(issuer.asked).toEqual([`Basic ${sent} audience=x&grant_type=client_credentials&scope=a+b`])
})

test('a token that was refused is dropped, and the next probe has another', async () => {
  const issuer = await serveTokens({ expires_in: 3600 })
  const api = await serveHttp((request, response) => {
    response.writeHead(request.headers.authorization === 'Bearer t1' ? 401 : 200).end()
  })
  const token = createTokenSource(credentials(issuer.url))
  const probe = (): Promise<HttpOutcome> => probeHttp({ url: api, auth: { token }, timeoutSeconds: 2 }, never)
  expect((await probe()).status).toBe(401)
  expect((await probe()).status).toBe(200)
  expect(issuer.asked).toHaveLength(2)
})

test('a token is renewed early: of a life of 0.1 s half is used', async () => {
  const issuer = await serveTokens({ expires_in: 0.1 })
  const source = createTokenSource(credentials(issuer.url))
  await source.read(never)
  await source.read(never)
  expect(issuer.asked).toHaveLength(1)
  await expect.poll(() => source.read(never).then(() => issuer.asked.length)).toBe(2)
})

test.for<[Readonly<Record<string, unknown>>, number, string]>([
  [{ error: 'invalid_client', error_description: 'bad hush:hush' }, 401, 'answered 401 invalid_client'],
  [{ error: 'hush:hush' }, 400, 'answered 400'],
  [{ access_token: undefined }, 200, 'answered without an access_token'],
  [{ access_token: 5 }, 200, 'answered without an access_token'],
])('%o with status %d is an auth failure without a secret in it', async ([answer, status, what]) => {
  const issuer = await serveTokens(answer, status)
  const read = await createTokenSource(credentials(issuer.url)).read(never)
  expect(read).toEqual({ fault: { failure: 'auth', detail: `the token endpoint ${what}` } })
})

test('a failure is not kept: the next probe asks again', async () => {
  let isDown = true
  const url = await serveHttp((_, response) => {
    response.writeHead(isDown ? 500 : 200).end('{"access_token":"t"}')
    isDown = false
  })
  const source = createTokenSource(credentials(url))
  expect(await source.read(never)).toMatchObject({ fault: { failure: 'auth' } })
  expect(await source.read(never)).toHaveProperty('token')
})

test('a token endpoint that hangs holds up a probe no longer than its deadline', async () => {
  const url = await serveHttp(() => {})
  const token = createTokenSource(credentials(url))
  const outcome = await probeHttp({ url: 'http://127.0.0.1:1', auth: { token } }, AbortSignal.timeout(50))
  expect(outcome).toMatchObject({ failure: 'timeout', detail: 'time was up while waiting for a token' })
})
