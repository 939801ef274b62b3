import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from './ports.ts'
import { startProcess } from './process.ts'
import type { ProcessOptions } from './process.ts'

/** A program that listens at once or never, and ends when asked to or not. */
async function program(script: string): Promise<ProcessOptions> {
  const port = await freePort()
  return {
    name: 'program',
    command: process.execPath,
    arguments: ['-e', script, String(port)],
    readyUrl: `http://127.0.0.1:${port}/`,
  }
}

const listen = `require('http').createServer((_, res) => res.end()).listen(Number(process.argv[1]), '127.0.0.1');`

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  )

test('a program that stops when asked is gone after stop', async () => {
  const options = await program(listen)
  const running = await startProcess(options)
  await running.stop()
  expect(await running.ended).toBe('signal SIGTERM')
  expect(await answers(options.readyUrl)).toBe(false)
})

test('a program that will not stop is made to', async () => {
  const running = await startProcess(await program(`process.on('SIGTERM', () => {});${listen}`))
  await running.stop(0.2)
  expect(await running.ended).toBe('signal SIGKILL')
})

test('a program that ends before it is ready is reported with its last words', async () => {
  const options = await program(`console.error('port is taken'); process.exit(3)`)
  await expect(startProcess(options)).rejects.toThrow(
    'program did not become ready: it ended with exit code 3\n  port is taken',
  )
})

test('a program that does not answer in time is stopped', async () => {
  const options = await program('setInterval(() => {}, 1000)')
  await expect(startProcess({ ...options, readyTimeoutSeconds: 0.3 })).rejects.toThrow(
    /^program did not become ready: http:\/\/127\.0\.0\.1:\d+\/ gave connect ECONNREFUSED \S+ for 0\.3 s$/,
  )
})

test('a program that is not there is reported', async () => {
  const options = { ...(await program('')), command: '/nowhere/program' }
  await expect(startProcess(options)).rejects.toThrow(/program did not become ready: .*\/nowhere\/program/s)
})

test.each([
  ['an uncaught exception', `throw new Error('broken')`],
  ['a kill that nobody can catch', `process.kill(process.pid, 'SIGKILL')`],
])('%s leaves no child behind', async (_name, end) => {
  const child = await program(listen)
  const parent = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { startProcess } from ${JSON.stringify(`${import.meta.dirname}/process.ts`)}
       const running = await startProcess(${JSON.stringify(child)})
       console.log('ready')
       process.stdin.once('data', () => { ${end} })`,
    ],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  )
  onTestFinished(() => void parent.kill('SIGKILL'))
  await once(createInterface(parent.stdout), 'line')
  expect(await answers(child.readyUrl)).toBe(true)
  parent.stdin.write('now')
  if (parent.exitCode === null && parent.signalCode === null) await once(parent, 'exit')
  await expect.poll(() => answers(child.readyUrl)).toBe(false)
})
