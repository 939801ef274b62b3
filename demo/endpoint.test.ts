import { afterEach, expect, test } from 'vitest'
import { openEndpoint } from './endpoint.ts'
import type { Answer, Endpoint } from './endpoint.ts'

const open: Endpoint[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((endpoint) => endpoint.close()))
})

async function start(answer: () => Promise<Answer>, port = 0): Promise<Endpoint> {
  const options = { name: 'api', host: '127.0.0.1', port, flapSeconds: 20, errorBody: { error: 'internal' } }
  const endpoint = await openEndpoint({ ...options, answer })
  open.push(endpoint)
  return endpoint
}

const well = async (): Promise<Answer> => ({ status: 200, body: { ok: true } })

test('a port in use is named', async () => {
  const { port } = new URL((await start(well)).url)
  await expect(start(well, Number(port))).rejects.toThrow(`api: could not listen on 127.0.0.1:${port}`)
})

test('an answer that cannot be computed is an internal error, not the end of the fleet', async () => {
  const { url, served } = await start(async () => {
    throw new Error('unforeseen')
  })
  const answer = await fetch(url)
  expect(answer.status).toBe(500)
  expect(await answer.json()).toEqual({ error: 'internal' })
  expect(served).toEqual({ total: 1, errors: 1 })
})

/** How a request ended: its status, or that it was cut off. */
async function ask(url: string): Promise<number | 'cut'> {
  return fetch(url).then(
    ({ status }) => status,
    () => 'cut',
  )
}

test('healing a hang lets go of those who wait', async () => {
  const endpoint = await start(well)
  await endpoint.break('hang')
  await expect(fetch(endpoint.url, { signal: AbortSignal.timeout(200) })).rejects.toThrow('timeout')
  const waiting = ask(endpoint.url)
  await endpoint.heal()
  // One that arrives only after the healing is answered.
  expect(['cut', 200]).toContain(await waiting)
  expect(await ask(endpoint.url)).toBe(200)
})

test('a heal that fails can be tried again', async () => {
  const endpoint = await start(well)
  await endpoint.break('down')
  const squatter = await start(well, Number(new URL(endpoint.url).port))
  await expect(endpoint.heal()).rejects.toThrow('api: could not listen on')
  await squatter.close()
  await endpoint.heal()
  expect(await ask(endpoint.url)).toBe(200)
})

test('closing does not wait for a request that hangs', async () => {
  const endpoint = await start(well)
  await endpoint.break('hang')
  const waiting = ask(endpoint.url)
  await endpoint.close()
  expect(await waiting).toBe('cut')
})

test('a server that was down is back on the same port', async () => {
  const endpoint = await start(well)
  await endpoint.break('down')
  await expect(fetch(endpoint.url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
  await endpoint.heal()
  expect((await fetch(endpoint.url)).status).toBe(200)
})
