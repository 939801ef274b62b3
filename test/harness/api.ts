// An exporter process on a configuration, and small servers for it to talk to.
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Running {
  readonly url: string
  readonly stop: () => Promise<void>
}

export async function listen(answer: RequestListener): Promise<Running> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

export async function startExporter(config: string, flags: readonly string[] = []): Promise<Running> {
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-api-'))
  await writeFile(join(directory, 'watchpost.yml'), config)
  const args = [
    'exporter/src/main.ts',
    'serve',
    `--config.file=${directory}/watchpost.yml`,
    '--web.listen-address=127.0.0.1:0',
    ...flags,
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const address = await new Promise<string>((resolve, reject) => {
    child.on('exit', () => reject(new Error('the exporter ended')))
    child.stderr.on('data', (chunk: Buffer) => {
      const found = /"address":"([^"]+)"/.exec(chunk.toString())
      if (found?.[1]) resolve(found[1])
    })
  })
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await rm(directory, { recursive: true })
  }
  return { url: `http://${address}`, stop }
}

const week = Array.from({ length: 169 }, (_, hour) => [
  1_800_000_000 + hour * 3600,
  String(0.4 + hour / 1_000),
])
/** One rising series, whatever the question. */
export const prometheus: RequestListener = (_request, response) => {
  response.end(
    JSON.stringify({
      status: 'success',
      data: {
        resultType: 'matrix',
        result: [
          {
            metric: { target: 'ohlc_api', signal: 'response_time', alertname: 'SignalUnusual' },
            values: week,
          },
        ],
      },
    }),
  )
}
export const alertmanager: RequestListener = (_request, response) => {
  const alert = {
    labels: { alertname: 'ServiceDown', severity: 'critical', target: 'ohlc_api' },
    annotations: { summary: 'Down.' },
    startsAt: '2026-11-23T20:00:00.000Z',
    endsAt: '2026-11-23T20:05:00.000Z',
    status: { state: 'active', inhibitedBy: [], silencedBy: [] },
  }
  response.end(JSON.stringify([alert]))
}
