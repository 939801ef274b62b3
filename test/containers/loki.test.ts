// The overlay of logs as Compose understands it, merged into the rest. Its images are not needed.
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

test('the overlay of logs fits the rest of the system', async () => {
  const files = ['docker-compose.yml', 'loki/compose.yml'].flatMap((file) => ['--file', file])
  const words = ['compose', '--env-file', '/dev/null', ...files, 'config', '--format', 'json']
  const { stdout } = await promisify(execFile)('docker', words, { cwd: root })
  const { services } = JSON.parse(stdout) as {
    readonly services: Readonly<Record<string, { readonly networks?: object }>>
  }
  expect(Object.keys(services)).toEqual(
    expect.arrayContaining(['alloy', 'grafana', 'log-socket-proxy', 'loki']),
  )
  expect(Object.keys(services['alloy']?.networks ?? {}).toSorted()).toEqual(['log-socket', 'logs'])
})
