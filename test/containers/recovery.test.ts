// The recovery container as its overlay describes it: off by default, not root, on a disk it cannot write to.
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../../demo/programs/ports.ts'
import { waitFor } from '../harness/wait.ts'

const execute = promisify(execFile)
const root = resolve(import.meta.dirname, '../..')
const project = 'watchpost-recovery-test'
const files = ['--file', 'docker-compose.yml', '--file', 'recovery/compose.yml']

let environment: Record<string, string>
beforeEach(async () => {
  const secrets = await mkdtemp(join(tmpdir(), 'watchpost-secrets-'))
  for (const name of ['recovery_token', 'recovery_control_token']) {
    await writeFile(join(secrets, name), `${name} of the test`)
  }
  // Whoever runs in the container is somebody else.
  await chmod(secrets, 0o755)
  environment = { SECRETS_DIRECTORY: secrets, RECOVERY_PORT: String(await freePort()) }
})
afterEach(async () => {
  await compose('down', '--volumes', '--timeout', '1')
  await rm(environment['SECRETS_DIRECTORY'] ?? '', { recursive: true })
})

async function compose(...words: readonly string[]): Promise<string> {
  const all = ['compose', '--env-file', '/dev/null', '--project-name', project, ...files, ...words]
  return (await execute('docker', all, { cwd: root, env: { ...process.env, ...environment } })).stdout
}

async function start(): Promise<string> {
  await compose('build', 'exporter')
  await compose('up', '--detach', '--no-deps', 'recovery')
  const url = `http://127.0.0.1:${environment['RECOVERY_PORT']}`
  await waitFor('it is healthy', async () => (await fetch(`${url}/-/healthy`)).ok)
  return url
}

const inside = (script: string): Promise<string> =>
  compose('exec', '--no-TTY', 'recovery', 'node', '--eval', script)

test('nothing is kept or considered until somebody switches it on', async () => {
  const url = await start()
  expect(await (await fetch(`${url}/metrics`)).text()).not.toContain('watchpost_recovery_mode')
  expect(await inside("console.log(require('fs').readdirSync('/var/lib/watchpost').length)")).toBe('0\n')
})

test('it is not root, has no rights, and can write to its own volume only', async () => {
  environment['RECOVERY_MODE'] = 'dry_run'
  const url = await start()
  expect(await (await fetch(`${url}/metrics`)).text()).toContain(
    'watchpost_recovery_mode{policy="restart_ohlc_api",mode="dry_run"} 1',
  )
  const look = `const fs = require('fs')
    const write = (path) => { try { fs.writeFileSync(path, ''); return 'written' } catch (error) { return error.code } }
    const status = fs.readFileSync('/proc/1/status', 'utf8')
    console.log(JSON.stringify({
      uid: process.getuid(), rights: /CapEff:\\s*(\\w+)/.exec(status)[1], gains: /NoNewPrivs:\\s*(\\w+)/.exec(status)[1],
      app: write('/app/x'), config: write('/etc/recovery/x'), state: fs.readdirSync('/var/lib/watchpost').sort(),
      socket: fs.existsSync('/var/run/docker.sock'),
    }))`
  expect(JSON.parse(await inside(look))).toEqual({
    uid: 1000,
    rights: '0000000000000000',
    gains: '1',
    app: 'EROFS',
    config: 'EROFS',
    state: ['journal-000001.jsonl', 'lock', 'lock-journal'],
    socket: false,
  })
})
