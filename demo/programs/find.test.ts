import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findProgram, isAtLeast, requireProgram } from './find.ts'

async function machine(): Promise<{
  readonly install: (path: string, script: string) => Promise<void>
  readonly path: (path: string) => string
  readonly options: { environment: Record<string, string>; log: (line: string) => void }
  readonly logged: string[]
}> {
  const root = await mkdtemp(join(tmpdir(), 'watchpost-programs-'))
  onTestFinished(() => rm(root, { recursive: true }))
  const logged: string[] = []
  const environment = { PATH: join(root, 'bin'), XDG_CACHE_HOME: join(root, 'cache') }
  return {
    path: (path) => join(root, path),
    install: async (path, script) => {
      await mkdir(join(root, path, '..'), { recursive: true })
      await writeFile(join(root, path), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    },
    options: { environment, log: (line) => void logged.push(line) },
    logged,
  }
}

const inNewest = 'cache/watchpost/programs/prometheus-newest/usr/bin/prometheus'
const inOwn = 'cache/watchpost/programs/prometheus-own/usr/bin/prometheus'

test('a program on PATH is used as it is', async () => {
  const { install, path, options, logged } = await machine()
  await install('bin/prometheus', 'echo "prometheus, version 3.5.3+ds1 (branch: debian/sid)"')
  const found = await findProgram('prometheus', options)
  expect(found).toEqual({ name: 'prometheus', path: path('bin/prometheus'), version: '3.5.3' })
  expect(logged).toEqual([])
})

test('a name that Debian gave it counts, and a version that is written to standard error', async () => {
  const { install, path, options } = await machine()
  await install('bin/prometheus-alertmanager', 'echo "alertmanager, version 0.33.1" >&2')
  expect(await findProgram('alertmanager', options)).toMatchObject({
    path: path('bin/prometheus-alertmanager'),
    version: '0.33.1',
  })
})

test('an old one on PATH is passed over for a newer one that was unpacked', async () => {
  const { install, path, options } = await machine()
  await install('bin/prometheus', 'echo "prometheus, version 2.42.0"')
  await install(inNewest, 'echo "prometheus, version 3.5.3"')
  expect(await findProgram('prometheus', options)).toMatchObject({ path: path(inNewest) })
})

test('what cannot run here is passed over, and an old one that can is used with a note', async () => {
  const { install, path, options, logged } = await machine()
  await install(inNewest, 'echo "libc.so.6: version GLIBC_9.99 not found" >&2; exit 1')
  await install(inOwn, 'echo "prometheus, version 2.42.0"')
  expect(await findProgram('prometheus', options)).toMatchObject({ path: path(inOwn), version: '2.42.0' })
  expect(logged).toEqual(['prometheus 2.42.0 is used, though 3.0 or newer is better'])
})

test('what is missing is named with what to install', async () => {
  const { options } = await machine()
  await expect(requireProgram('grafana', options)).rejects.toThrow(
    /^grafana was not found: install Grafana so that grafana is on PATH$/,
  )
})

test('why no package could be had is told with it, also where nobody reads the log', async () => {
  const { options } = await machine()
  const { environment } = options
  // A cache that is a file: no package can be unpacked there.
  await writeFile(environment['XDG_CACHE_HOME'] ?? '', '')
  await expect(requireProgram('promtool', { environment, log: () => {} })).rejects.toThrow(
    /^promtool was not found: .*\npromtool: no package from the newest release: .*ENOTDIR.*\npromtool: no package from the own release: /,
  )
})

test('versions are compared number by number', () => {
  expect(isAtLeast('3.10', '3.9')).toBe(true)
  expect(isAtLeast('3', '3.0.1')).toBe(false)
  expect(isAtLeast('unknown', '0.1')).toBe(false)
})
