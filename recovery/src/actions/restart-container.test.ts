// The engine is a server on loopback that answers as the Engine API does; the real one is asked in the proof.
import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { serveHttp } from '../../../exporter/src/probes/testing/servers.ts'
import { restartContainer } from './restart-container.ts'

interface Engine {
  readonly url: string
  readonly restarts: readonly string[]
}

async function startEngine(found: object, restartStatus = 204): Promise<Engine> {
  const restarts: string[] = []
  const url = await serveHttp((request, response) => {
    const { url: path = '', method } = request
    if (path === '/_ping') {
      response.setHeader('api-version', '1.41')
      response.end('OK')
    } else if (method === 'POST') {
      restarts.push(path)
      response.writeHead(restartStatus).end('{"message":"no"}')
    } else {
      const State = {
        Status: 'running',
        ExitCode: 0,
        OOMKilled: false,
        StartedAt: `start ${restarts.length}`,
      }
      response.end(JSON.stringify({ Id: 'f00d', Name: '/web', Config: {}, State, ...found }))
    }
  })
  return { url, restarts }
}

const bind = (engine: Engine, change: object = {}) =>
  restartContainer.bind(restartContainer.fields.parse({ container: 'web', engine: engine.url, ...change }))

const moment = (milliseconds = 5_000) => ({
  now: 0,
  signal: AbortSignal.timeout(milliseconds),
  idempotencyKey: 'k',
})

const state = (Status: string, ExitCode = 0, OOMKilled = false) => ({
  State: { Status, ExitCode, OOMKilled, StartedAt: 'before' },
})

test('a running container is restarted in the version that the engine speaks', async () => {
  const engine = await startEngine({})
  expect(await bind(engine).plan(moment())).toEqual({
    steps: ['restart container web (running, started start 0)'],
  })
  expect(await bind(engine).run(moment())).toEqual(['restarted container web: started start 1'])
  expect(engine.restarts).toEqual(['/v1.41/containers/web/restart?t=10'])
})

test.each([
  ['one that ended well', state('exited', 0), 'it was stopped (exit code 0)'],
  ['one that was stopped', state('exited', 143), 'it was stopped (exit code 143)'],
  ['one that was stopped hard', state('exited', 137), 'it was stopped (exit code 137)'],
  ['one that is paused', state('paused'), 'it is paused'],
  ['one that the engine is restarting', state('restarting', 1), 'it is restarting'],
  ['one that was never started', state('created'), 'it is created'],
  ['what only begins like its id', { Name: '/other' }, 'the engine knows web as other'],
  ['ourselves', { Id: `${hostname()}aaaa` }, 'it is the container that this runs in'],
  [
    'the monitoring',
    { Config: { Labels: { 'com.docker.compose.service': 'prometheus' } } },
    'prometheus is part of the monitoring',
  ],
])('%s is left alone', async (_what, found, refusal) => {
  const engine = await startEngine(found)
  expect(await bind(engine).plan(moment())).toEqual({ refusal })
  await expect(bind(engine).run(moment())).rejects.toThrow(refusal)
  expect(engine.restarts).toEqual([])
})

test.each([
  ['one that crashed', state('exited', 1)],
  ['one that was killed for its memory', state('exited', 137, true)],
])('%s is started again', async (_what, found) => {
  const plan = await bind(await startEngine(found)).plan(moment())
  expect(plan.refusal).toBeUndefined()
})

test('one that dies at once is no success, though the engine says so', async () => {
  const engine = await startEngine({ State: { Status: 'exited', ExitCode: 1, StartedAt: 'before' } })
  await expect(bind(engine).run(moment(700))).rejects.toThrow('aborted')
})

test.each([404, 409, 500, 301])('an engine that answers %i to the restart is believed', async (status) => {
  const engine = await startEngine({}, status)
  await expect(bind(engine).run(moment())).rejects.toThrow(`restart container web: status ${status}`)
})

test('an engine that is gone is an error, not a crash', async () => {
  const action = bind({ url: 'unix:///nowhere/docker.sock', restarts: [] })
  await expect(action.plan(moment())).rejects.toThrow('ENOENT')
})
