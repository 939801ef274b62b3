// Who is down, and because of whom: services, sources, the database, the network, Watchpost itself.
import { setTimeout as delay } from 'node:timers/promises'
import { sourceSeconds } from './config.ts'
import { critical, demo, warning } from './fault.ts'
import type { Fault } from './fault.ts'
import { schedulerKilled } from './faults-tasks.ts'
import { untilSeen } from './scene.ts'

const down = (target: string) => [critical('ServiceDown', `target=${target}`)]
const sourceDown = (target: keyof typeof sourceSeconds) => [critical('DataSourceDown', `target=${target}`)]

const expired: Fault = {
  name: 'certificate of gateway expired',
  pages: down('gateway'),
  inject: async ({ gateway }) => gateway.setCertificateDays(-1),
  heal: async ({ gateway }) => gateway.setCertificateDays(60),
}

/** Shorter than what is waited for. */
const blip: Fault = {
  name: 'posting_service down for half a minute',
  pages: [],
  async inject({ stack, pace }) {
    await stack.fleet.break('posting_service', 'down')
    await delay(30_000 / pace.factor)
    await stack.fleet.heal('posting_service')
  },
  heal: async () => {},
  watched: '1m',
}

const far = ['network', 'ohlc_api', 'trending_api', 'google_sheets', 'cmoney_api', 'finlab_api']

const networkCut: Fault = {
  name: 'the whole network cut, Alertmanager killed meanwhile',
  pages: [critical('WatchpostBlind')],
  async inject({ stack }) {
    for (const name of far) await stack.fleet.break(name, 'down')
  },
  // It has kept what it sent, and waits for what holds the others back.
  async meanwhile({ stack, pace }) {
    await delay(60_000 / pace.factor)
    await stack.kill('alertmanager')
    await stack.revive('alertmanager')
  },
  // The way out last: what it leads to is there before it.
  async heal({ stack }) {
    for (const name of far.toReversed()) await stack.fleet.heal(name)
  },
  watched: '2m',
}

/** Each time as short as can be seen; what depends on it goes up and down with it, and is not told of. */
export const flapping: Fault = {
  name: 'cmoney_api goes down and up again three times',
  pages: [warning('TargetFlapping', 'target=cmoney_api')],
  async inject(scene) {
    const seen = (up: number): Promise<void> =>
      untilSeen(scene, `target:watchpost_target_up:min{target="cmoney_api"} == ${up}`)
    for (let times = 0; times < 3; times += 1) {
      await scene.stack.fleet.break('cmoney_api', 'down')
      await seen(0)
      await scene.stack.fleet.heal('cmoney_api')
      await seen(1)
    }
  },
  heal: async () => {},
}

/** Waves: what is in one is broken at once. */
export const dependencies: readonly (readonly Fault[])[] = [
  [demo('trending_api', 'oom', down('trending_api')), expired, blip, schedulerKilled],
  [
    demo('cmoney_api', 'error', sourceDown('cmoney_api'), {
      lookedAtEverySeconds: sourceSeconds.cmoney_api,
    }),
    demo('ohlc_api', 'down', down('ohlc_api')),
  ],
]

const exporterKilled: Fault = {
  name: 'exporter killed while analyze_api is down',
  pages: [...down('analyze_api'), critical('WatchpostDown')],
  inject: ({ stack }) => stack.fleet.break('analyze_api', 'error'),
  meanwhile: ({ stack }) => stack.kill('exporter'),
  async heal({ stack }) {
    await stack.revive('exporter')
    await delay(4_000)
    await stack.fleet.heal('analyze_api')
  },
}

const prometheusRestarted: Fault = {
  name: 'Prometheus restarted while trainer is down',
  pages: down('trainer'),
  inject: ({ stack }) => stack.fleet.break('trainer', 'down'),
  async meanwhile({ stack }) {
    await stack.kill('prometheus')
    await stack.revive('prometheus')
  },
  heal: ({ stack }) => stack.fleet.heal('trainer'),
  watched: '3m',
}

export const watchers: readonly (readonly Fault[])[] = [
  [exporterKilled],
  [prometheusRestarted, demo('trending_api', 'hang', down('trending_api'))],
  [networkCut],
]
