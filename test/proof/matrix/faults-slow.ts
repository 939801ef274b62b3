// What is told of only after a while: resources, quality, certificates, tasks.
import { Client } from 'pg'
import { setTimeout as delay } from 'node:timers/promises'
import { qualitySeconds, sourceSeconds } from './config.ts'
import { critical, demo, warning } from './fault.ts'
import type { Fault } from './fault.ts'
import type { Load } from './machine.ts'
import type { Scene } from './scene.ts'
import { spoiltFiles } from './faults-files.ts'
import { flapping } from './faults-reachability.ts'
import { failedOnce, flaky } from './faults-tasks.ts'
import { asOwner, holdConnections, untilRow } from './sql.ts'

const loaded = (load: Load, alert: string): Fault => ({
  name: `${load} of the host`,
  pages: [warning(alert)],
  inject: ({ machine }) => machine.load(load, true),
  heal: ({ machine }) => machine.load(load, false),
})

const revoked = (table: string, page: ReturnType<typeof warning>): Fault => ({
  name: `the grant on ${table} revoked`,
  pages: [page],
  inject: (scene) => asOwner(scene, `REVOKE SELECT ON ${table} FROM watchpost`),
  heal: (scene) => asOwner(scene, `GRANT SELECT ON ${table} TO watchpost`),
})

const ending: Fault = {
  name: 'certificate of gateway ends in ten days',
  pages: [warning('CertificateExpiring', 'target=gateway')],
  inject: async ({ gateway }) => gateway.setCertificateDays(10),
  heal: async ({ gateway }) => gateway.setCertificateDays(60),
}

const task = (name: string, type = 'hourly') => `task=${name} task_type=${type}`

const failing = demo('analyze', 'fail', [critical('TaskRetriesExhausted', task('analyze'))], {
  becomesFact: (scene) =>
    untilRow(
      scene,
      `SELECT count(*) >= 3 AS ok FROM task_executions WHERE task_name = 'analyze' AND status = 'failed'`,
    ),
})

const hanging = demo('summary', 'hang', [warning('TaskStuck', task('summary'))], {
  // max_runtime at the pace of the fleet is ten seconds.
  becomesFact: (scene) =>
    untilRow(
      scene,
      `SELECT max(now() - started_at) > '10 s' AS ok FROM task_executions WHERE task_name = 'summary' AND finished_at IS NULL`,
    ),
})

const missed = demo('fetch_trending', 'miss', [warning('TaskOverdue', task('fetch_trending'))], {
  becomesFact: (scene) =>
    untilRow(
      scene,
      `SELECT max(started_at) < now() - interval '6.7 s' AS ok FROM task_executions WHERE task_name = 'fetch_trending'`,
    ),
})

const undeployed: Fault = {
  name: 'a task scheduled that was never deployed',
  pages: [warning('TaskNeverRan', task('never_deployed'))],
  inject: ({ scheduleUndeployedTask }) => scheduleUndeployedTask(true),
  // The next slot after the schedule was first read, and its grace.
  becomesFact: async ({ stack }) => {
    const page = await fetch(`${stack.urls.exporter ?? ''}/metrics?collect[]=tasks`)
    await page.text()
    await delay(5_000 - (Date.now() % 5_000) + 1_000)
  },
  heal: ({ scheduleUndeployedTask }) => scheduleUndeployedTask(false),
}

export const resources: readonly (readonly Fault[])[] = [
  [
    ending,
    demo('host', 'disk-full', [warning('HostDiskHigh', 'mountpoint=disk')], { becomesFact: diskIsFull }),
    loaded('memory', 'HostMemoryHigh'),
    demo('trending_api', 'slow', [warning('TargetSlow', 'target=trending_api')]),
    demo('google_sheets', 'down', [warning('DataSourceDown', 'target=google_sheets')], {
      lookedAtEverySeconds: sourceSeconds.google_sheets,
      watched: '10m',
    }),
    revoked('kols', warning('StatisticFailed', 'name=kols')),
    failing,
    hanging,
    missed,
    undeployed,
  ],
]

async function diskIsFull({ stack }: Scene): Promise<void> {
  const { statfs } = await import('node:fs/promises')
  for (;;) {
    const { blocks, bavail } = await statfs(stack.fleet.diskPath)
    if (bavail / blocks < 0.05) return
    await delay(100)
  }
}

/** Over which the exporter measures, at any pace. */
const cpuSeconds = 15

const erring: Fault = {
  name: 'trending_api asked for what is not there',
  pages: [warning('ServiceErrorRateHigh', 'target=trending_api')],
  async inject(scene) {
    const url = scene.stack.fleet.services['trending_api'] ?? ''
    const asking = setInterval(() => void fetch(`${url}/nowhere`).catch(() => {}), 100)
    stopAsking.set(scene, () => clearInterval(asking))
  },
  heal: async (scene) => stopAsking.get(scene)?.(),
}
const stopAsking = new WeakMap<Scene, () => void>()

const restarting: Fault = {
  name: 'trainer restarts again and again',
  pages: [warning('ContainerRestartLoop', 'container=platform-trainer-1 target=trainer')],
  async inject({ stack }) {
    for (let restart = 0; restart < 3; restart += 1) {
      await stack.fleet.break('trainer', 'down')
      await stack.fleet.heal('trainer')
      await delay(2_000)
    }
  },
  heal: async () => {},
}

const queue: Fault = {
  name: 'the queue of gateway grows',
  pages: [warning('TargetAssertionFailed', 'assertion=queue_is_short target=gateway')],
  inject: async ({ gateway }) => gateway.setQueueLength(5_000),
  heal: async ({ gateway }) => gateway.setQueueLength(12),
}

export const second: readonly (readonly Fault[])[] = [
  [
    demo('platform_db', 'nulls', [warning('DataSourceQualityLow', 'target=finlab_api')], {
      lookedAtEverySeconds: qualitySeconds,
    }),
    { ...loaded('cpu', 'HostCpuHigh'), becomesFact: () => delay(cpuSeconds * 1000) },
    loaded('pressure', 'HostPressureHigh'),
    erring,
    failedOnce,
    restarting,
    queue,
  ],
]

const openTransaction: Fault = {
  name: 'a transaction left open',
  pages: [warning('DatabaseTransactionLong', 'target=platform_db')],
  async inject(scene) {
    const client = new Client({ connectionString: scene.stack.fleet.databaseUrl, application_name: 'report' })
    client.on('error', () => {})
    await client.connect()
    await client.query('BEGIN; SELECT 1 FROM posts LIMIT 1')
    open.set(scene, client)
  },
  becomesFact: () => delay(3_000),
  heal: async (scene) => open.get(scene)?.end(),
}
const open = new WeakMap<Scene, Client>()

const down = (target: string, alert: string) => [critical(alert, `target=${target}`)]

/** Told of as down, and not over while hardly a connection is left: it is neither flapping nor merely busy. */
const fullThenNearlyFull = demo('platform_db', 'pool-full', down('platform_db', 'DatabaseDown'), {
  async meanwhile(scene) {
    await scene.stack.fleet.heal('platform_db')
    giveBack.set(scene, await holdConnections(scene, 3))
  },
  heal: async (scene) => giveBack.get(scene)?.(),
  watched: '7m',
})
const giveBack = new WeakMap<Scene, () => Promise<void>>()

export const database: readonly (readonly Fault[])[] = [
  [
    demo('platform_db_standby', 'lag', [warning('DatabaseReplicationLag', 'target=platform_db_standby')], {
      becomesFact: () => delay(3_000),
    }),
    openTransaction,
    revoked('task_executions', warning('TaskRecordsUnreadable', 'source=scheduler')),
  ],
  [
    demo('platform_db', 'block', [warning('DatabaseSessionsBlocked', 'target=platform_db')], {
      watched: '5m',
    }),
  ],
  [fullThenNearlyFull],
  [demo('platform_db', 'down', down('platform_db', 'DatabaseDown'), { watched: '5m' })],
]

export const sources: readonly (readonly Fault[])[] = [
  [
    demo('finlab_api', 'stall', [warning('DataSourceStale', 'target=finlab_api')], {
      becomesFact: (scene) =>
        untilRow(scene, `SELECT max(synced_at) < now() - interval '10 s' AS ok FROM finlab_api_syncs`),
    }),
    demo('ohlc_api', 'slow', [warning('TargetSlow', 'target=ohlc_api')]),
    flapping,
    ...spoiltFiles,
  ],
  [
    demo('finlab_api', 'down', down('finlab_api', 'DataSourceDown'), { watched: '5m' }),
    demo('trending_api', 'bad-json', down('trending_api', 'ServiceDown')),
    flaky,
    demo('google_sheets', 'quota', [warning('DataSourceDown', 'target=google_sheets')], {
      lookedAtEverySeconds: sourceSeconds.google_sheets,
      watched: '5m',
    }),
  ],
]
