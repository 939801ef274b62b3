// The Compose files of the examples as Compose understands them. Their images are not needed.
import { execFile } from 'node:child_process'
import { glob } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const files: string[] = []
for await (const file of glob('examples/*/docker-compose.yml')) files.push(file)

test('there is one', () => {
  expect(files).toContain('examples/n8n/docker-compose.yml')
})

test.each(files)('%s is taken by Compose, and publishes to this machine only', async (file) => {
  const words = ['compose', '--env-file', '/dev/null', '--file', file, 'config', '--format', 'json']
  const { stdout } = await promisify(execFile)('docker', words)
  const { services } = JSON.parse(stdout) as {
    readonly services: Readonly<Record<string, { readonly ports?: readonly { readonly host_ip?: string }[] }>>
  }
  const ports = Object.values(services).flatMap((service) => service.ports ?? [])
  expect(ports.map(({ host_ip: address }) => address)).toEqual(ports.map(() => '127.0.0.1'))
})
