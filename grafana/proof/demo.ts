// The demo fleet with Prometheus and Alertmanager on ports of their own, as the proof and the pictures need it.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { requireProgram } from '../../demo/programs/find.ts'
import { freePort } from '../../demo/programs/ports.ts'
import { startStack } from '../../demo/stack/stack.ts'
import type { Stack } from '../../demo/stack/stack.ts'
import type { Present } from './past.ts'
import type { Server } from './walk.ts'

/** Rules and alerts keep pace with it, so that a minute of production is 8 s. */
const scrapeIntervalSeconds = 2
/** Slow, and yet within the timeout of a probe, which is shorter than the interval. */
const rehearsal = { slowMilliseconds: 1200, hasStandby: true, failsByChance: true }

export interface Demo {
  readonly stack: Stack
  readonly server: Server
  /** What the past of this demo is written from and to. */
  readonly present: Present
  readonly stop: () => Promise<void>
}

interface Options {
  /** It heals what can be healed. */
  readonly withRecovery?: boolean
}

export async function startDemo(
  directory: string,
  log: (line: string) => void,
  { withRecovery = false }: Options = {},
): Promise<Demo> {
  const [prometheus, alertmanager] = await Promise.all([
    requireProgram('prometheus', { log }),
    requireProgram('alertmanager', { log }),
  ])
  const receiver = await openReceiver()
  const stack = await startStack({
    directory,
    ports: {
      exporter: await freePort(),
      prometheus: await freePort(),
      alertmanager: await freePort(),
      grafana: 0,
    },
    fleetPorts: 'ephemeral',
    fleet: { rehearsal },
    programs: { prometheus, alertmanager },
    recovery: withRecovery ? { mode: 'auto', port: await freePort() } : undefined,
    scrapeIntervalSeconds,
    alerting: { ALERT_GROUP_WAIT: '5s', ALERT_CHANNELS: 'webhook', ALERT_WEBHOOK_URL: receiver.url },
    onStep: (what) => log(`starting ${what}`),
  })
  const prometheusUrl = stack.urls.prometheus ?? ''
  const begin = Date.now() / 1000
  const stop = async (): Promise<void> => {
    await stack.stop()
    receiver.close()
  }
  return {
    stack,
    stop,
    server: { prometheusUrl, rangeSeconds: 900, scrapeIntervalSeconds, since: begin },
    present: { prometheusUrl, begin, dataDirectory: join(directory, 'prometheus/data') },
  }
}

/** Takes whatever it is sent, so that notifications are counted as sent. */
async function openReceiver(): Promise<{ readonly url: string; readonly close: () => void }> {
  const server = createServer((request, response) => {
    request.resume()
    response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() }
}
