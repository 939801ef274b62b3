import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { listen } from '../probes/testing/servers.ts'
import { createDockerProxy } from './docker-proxy.ts'

/** A proxy before an engine that answers everything with its path and a container that has a secret. */
async function open(logs = false): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'watchpost-docker-'))
  const socketPath = join(folder, 'docker.sock')
  const engine = createServer(({ url }, response) => {
    const container = {
      Id: 'a',
      RestartCount: 2,
      State: { Status: 'running' },
      HostConfig: { Memory: 1, Binds: ['/:/x'] },
    }
    response.end(JSON.stringify({ url, ...container, Config: { Env: ['PASSWORD=hunter2'] } }))
  })
  await new Promise<void>((resolve) => engine.listen(socketPath, resolve))
  const port = await listen(createDockerProxy({ socketPath, logs }))
  onTestFinished(async () => {
    engine.close()
    await rm(folder, { recursive: true })
  })
  return `http://127.0.0.1:${port}`
}

test.each([
  '/version',
  '/v1.43/containers/json?all=1',
  '/v1.43/containers/abc/stats?stream=false',
  '/v1.43/events?since=1&until=2',
])('%s passes', async (path) => {
  const answer = await fetch((await open()) + path)
  expect([answer.status, ((await answer.json()) as { url: string }).url]).toEqual([200, path])
})

test('of an inspection only what is watched passes, and no environment', async () => {
  const answer = await fetch(`${await open()}/v1.43/containers/abc/json`)
  expect(await answer.json()).toEqual({
    Id: 'a',
    RestartCount: 2,
    State: { Status: 'running' },
    HostConfig: { Memory: 1 },
  })
})

test.each([
  ['POST', '/v1.43/containers/abc/kill'],
  ['POST', '/v1.43/containers/json'],
  ['DELETE', '/v1.43/containers/abc'],
  ['GET', '/v1.43/containers/abc/archive?path=/etc'],
  ['GET', '/v1.43/containers/abc/logs?stdout=1&tail=10'],
  ['GET', '/v1.43/containers/../images/json'],
  ['GET', '/v1.43/secrets'],
  ['GET', '/v1.43/containers/abc/json/../../../secrets'],
  ['GET', '//containers/json'],
])('%s %s does not', async (method, path) => {
  expect((await fetch((await open()) + path, { method })).status).toBe(403)
})

test('an engine that is gone is 502 and not the end of the proxy', async () => {
  const port = await listen(createDockerProxy({ socketPath: '/nowhere/docker.sock', logs: false }))
  const url = `http://127.0.0.1:${port}/version`
  expect([(await fetch(url)).status, (await fetch(url)).status]).toEqual([502, 502])
})

test.each([
  ['/v1.43/containers/abc/logs?stdout=1&stderr=1&tail=50', 200],
  ['/containers/abc/logs?tail=0', 200],
  ['/v1.43/containers/abc/logs?stdout=1', 403],
  ['/v1.43/containers/abc/logs?stdout=1&tail=all', 403],
  ['/v1.43/containers/abc/logs?stdout=1&tail=51', 403],
  ['/v1.43/containers/abc/logs?stdout=1&tail=10&tail=all', 403],
  ['/v1.43/containers/abc/logs?stdout=1&tail=10&follow=1', 403],
  ['/v1.43/containers/abc/logs?stdout=1&tail=10&%66ollow=1', 403],
])('where logs are let through, only their last lines are: %s is %i', async (path, status) => {
  expect((await fetch((await open(true)) + path)).status).toBe(status)
})
