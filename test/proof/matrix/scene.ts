// One whole installation for some of the faults: fleet, exporter, Prometheus, Alertmanager, and those who are told.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { choosePorts } from '../../../demo/preflight.ts'
import { requireProgram } from '../../../demo/programs/find.ts'
import { queryPrometheus } from '../../../demo/stack/query.ts'
import { startStack } from '../../../demo/stack/stack.ts'
import type { Stack } from '../../../demo/stack/stack.ts'
import { renderMatrixConfig } from './config.ts'
import { openGateway } from './gateway.ts'
import type { Gateway } from './gateway.ts'
import { openInbox } from './inbox.ts'
import type { Inbox } from './inbox.ts'
import { openMachine } from './machine.ts'
import type { Machine } from './machine.ts'

export interface Pace {
  /** How much faster than in production the rules run. */
  readonly factor: number
  readonly groupWaitSeconds: number
}

export const scrapeIntervalSeconds = 2.5

const patienceSeconds = 60

export interface SceneOptions {
  readonly name: string
  readonly pace: Pace
  readonly hasStandby: boolean
}

export interface Scene {
  readonly name: string
  readonly directory: string
  readonly pace: Pace
  readonly stack: Stack
  readonly inbox: Inbox
  readonly gateway: Gateway
  readonly machine: Machine
  /** Schedules a task that does not exist, or no longer. */
  readonly scheduleUndeployedTask: (isScheduled: boolean) => Promise<void>
  readonly close: () => Promise<void>
}

export async function openScene({ name, pace, hasStandby }: SceneOptions): Promise<Scene> {
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-matrix-'))
  const closers: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })]
  const close = async (): Promise<void> => {
    for (const closer of closers.toReversed()) await closer()
  }
  const keep = <T extends { readonly close: () => Promise<void> }>(opened: T): T => {
    closers.push(opened.close)
    return opened
  }
  try {
    const inbox = keep(await openInbox(directory))
    const gateway = keep(await openGateway(directory))
    const machine = keep(await openMachine(directory))
    const around = { gateway: gateway.config, procfs: machine.procfs }
    const stack = await start({ directory, pace, hasStandby, inbox, around })
    closers.push(stack.stop)
    const scheduleUndeployedTask = async (hasUndeployedTask: boolean): Promise<void> => {
      const { prometheus = '', alertmanager = '' } = stack.urls
      const upstream = { prometheus, alertmanager }
      const text = renderMatrixConfig(stack.fleet, upstream, { ...around, hasUndeployedTask })
      await writeFile(stack.configFile, text)
      await post(`${stack.urls.exporter ?? ''}/-/reload`)
    }
    return { name, directory, pace, stack, inbox, gateway, machine, scheduleUndeployedTask, close }
  } catch (error) {
    await close()
    throw error
  }
}

interface Start extends Pick<Scene, 'directory' | 'pace' | 'inbox'>, Pick<SceneOptions, 'hasStandby'> {
  readonly around: Parameters<typeof renderMatrixConfig>[2]
}

async function start({ directory, pace, hasStandby, inbox, around }: Start): Promise<Stack> {
  const log = (line: string): void => void process.stderr.write(`${line}\n`)
  const [prometheus, alertmanager] = await Promise.all([
    requireProgram('prometheus', { log }),
    requireProgram('alertmanager', { log }),
  ])
  return startStack({
    directory,
    ports: await choosePorts({ exporter: 0, prometheus: 0, alertmanager: 0, grafana: 0 }),
    fleetPorts: 'ephemeral',
    programs: { prometheus, alertmanager },
    scrapeIntervalSeconds,
    pace: pace.factor,
    fleet: { speed: 12, rehearsal: { slowMilliseconds: 700, hasStandby } },
    alerting: {
      ...inbox.environment,
      ALERT_GROUP_WAIT: `${pace.groupWaitSeconds}s`,
      ALERT_GROUP_INTERVAL: '2s',
    },
    config: (fleet, upstream) => renderMatrixConfig(fleet, upstream, around),
  })
}

/** Until Prometheus has something for the expression. */
export async function untilSeen({ stack }: Scene, promql: string): Promise<void> {
  const deadline = Date.now() + patienceSeconds * 1000
  while (Date.now() < deadline) {
    if ((await queryPrometheus(stack.urls.prometheus ?? '', promql)).length > 0) return
    await delay(100)
  }
  throw new Error(`not seen within ${patienceSeconds} s: ${promql}`)
}

export async function post(url: string): Promise<void> {
  const answer = await fetch(url, { method: 'POST' })
  await answer.body?.cancel()
}
