// The demo fleet with Prometheus and Alertmanager on ports of their own, as the proof and the pictures need it.
import { requireProgram } from '../../demo/programs/find.ts'
import { freePort } from '../../demo/programs/ports.ts'
import { startStack } from '../../demo/stack/stack.ts'
import type { Stack } from '../../demo/stack/stack.ts'
import type { Server } from './walk.ts'

const scrapeIntervalSeconds = 5

export interface Demo {
  readonly stack: Stack
  readonly server: Server
}

export async function startDemo(directory: string, log: (line: string) => void): Promise<Demo> {
  const [prometheus, alertmanager] = await Promise.all([
    requireProgram('prometheus', { log }),
    requireProgram('alertmanager', { log }),
  ])
  const stack = await startStack({
    directory,
    ports: {
      exporter: await freePort(),
      prometheus: await freePort(),
      alertmanager: await freePort(),
      grafana: 0,
    },
    fleetPorts: 'ephemeral',
    programs: { prometheus, alertmanager },
    scrapeIntervalSeconds,
    alerting: { ALERT_GROUP_WAIT: '5s' },
    onStep: (what) => log(`starting ${what}`),
  })
  const prometheusUrl = stack.urls.prometheus ?? ''
  return { stack, server: { prometheusUrl, rangeSeconds: 900, scrapeIntervalSeconds } }
}
