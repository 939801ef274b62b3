import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../programs/ports.ts'
import { startGrafana } from './grafana.ts'

/** Tells how it was started, where Grafana tells its health. */
const double = `#!${process.execPath}
const told = JSON.stringify({ arguments: process.argv.slice(2), environment: process.env })
require('http')
  .createServer((_, response) => response.end(told))
  .listen(Number(process.env.GF_SERVER_HTTP_PORT), process.env.GF_SERVER_HTTP_ADDR)`

test('Grafana is given its own files, our provisioning, and loopback only', async () => {
  const root = await mkdtemp(join(tmpdir(), 'watchpost-grafana-'))
  onTestFinished(() => rm(root, { recursive: true }))
  await mkdir(join(root, 'home/bin'), { recursive: true })
  await mkdir(join(root, 'home/conf'))
  await writeFile(join(root, 'home/conf/defaults.ini'), '')
  await writeFile(join(root, 'home/bin/grafana'), double, { mode: 0o755 })
  await symlink(join(root, 'home/bin/grafana'), join(root, 'grafana'))
  const port = await freePort()
  const running = await startGrafana({
    program: { name: 'grafana', path: join(root, 'grafana'), version: '13.2.3' },
    directory: join(root, 'data'),
    port,
    prometheusUrl: 'http://127.0.0.1:9090',
    alertmanagerUrl: 'http://127.0.0.1:9093',
    scrapeIntervalSeconds: 5,
  })
  onTestFinished(() => running.stop())
  const told = (await (await fetch(`http://127.0.0.1:${port}/`)).json()) as Told
  expect(told.arguments).toEqual(['server', `--homepath=${join(root, 'home')}`])
  expect(told.environment).toMatchObject({
    GF_SERVER_HTTP_ADDR: '127.0.0.1',
    PROMETHEUS_URL: 'http://127.0.0.1:9090',
    SCRAPE_INTERVAL: '5s',
  })
  for (const [name, file] of [
    ['GF_PATHS_PROVISIONING', 'datasources/datasources.yml'],
    ['WATCHPOST_DASHBOARDS', 'overview.json'],
  ] as const) {
    expect(existsSync(join(told.environment[name] ?? '', file))).toBe(true)
  }
})

interface Told {
  readonly arguments: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}
