// The extension pg_cron at work: Debian's build of it, in a server that it is made for.
import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cacheDirectory } from '../../demo/programs/cache.ts'
import { unpackPackage } from '../../demo/programs/debian.ts'
import { findPostgres } from '../harness/postgres-programs.ts'
import type { OtherVersion } from '../harness/postgres-programs.ts'
import { startPostgres } from '../harness/postgres.ts'
import type { TestPostgres } from '../harness/postgres.ts'
import { watchTasks } from '../harness/tasks.ts'
import type { TaskWatch } from '../harness/tasks.ts'

let programs: string
let server: TestPostgres
let tasks: TaskWatch

// Each release of Debian has it for one version of Postgres.
const candidates: readonly OtherVersion[] = [15, 17]

beforeAll(async () => {
  programs = await mkdtemp(join(tmpdir(), 'watchpost-pg-cron-'))
  await assemble(programs)
  server = await startPostgres({
    programs,
    settings: {
      // The first brings the library that the second is linked with.
      shared_preload_libraries: 'libpqwalreceiver,pg_cron',
      'cron.use_background_workers': 'on',
      'cron.timezone': 'Asia/Taipei',
    },
  })
  await server.run('CREATE EXTENSION pg_cron')
  tasks = watchTasks({ url: server.url, source: { kind: 'pg_cron', margin: '0s' } })
})
afterAll(async () => {
  await tasks.close()
  await server.remove()
  await rm(programs, { recursive: true })
})

/** A copy of the server with the extension in it. */
async function assemble(folder: string): Promise<void> {
  const { version, extension } = await unpackExtension()
  const copy = (from: string, to: string): Promise<void> =>
    cp(from, to, { recursive: true, verbatimSymlinks: true })
  await copy(await findPostgres(version), folder)
  await copy(
    join(extension, `usr/lib/postgresql/${version}/lib/pg_cron.so`),
    join(folder, 'lib/postgresql/pg_cron.so'),
  )
  await copy(
    join(extension, `usr/share/postgresql/${version}/extension`),
    join(folder, 'share/postgresql/extension'),
  )
  await promisify(execFile)('chmod', ['-R', 'a+rX', folder])
}

async function unpackExtension(): Promise<{ readonly version: OtherVersion; readonly extension: string }> {
  const problems: unknown[] = []
  for (const version of candidates) {
    const wanted = { name: `postgresql-${version}-cron` }
    const options = { cache: cacheDirectory(process.env), log: () => {} }
    const extension = await unpackPackage(wanted, 'own', options).catch(
      (error: unknown) => void problems.push(error),
    )
    if (extension !== undefined) return { version, extension }
  }
  throw new AggregateError(
    problems,
    'this test needs the package postgresql-15-cron or postgresql-17-cron of Debian',
  )
}

test('runs of the real extension are counted, followed while they last, and told with their errors', async () => {
  await tasks.collect()
  await server.run(`
    SELECT cron.schedule('good', '@reboot', 'SELECT 1');
    SELECT cron.schedule('bad', '@reboot', 'SELECT 1 / 0');
    SELECT cron.schedule('long', '@reboot', 'SELECT pg_sleep(300)');
    SELECT cron.schedule('nightly', '30 3 * * *', 'VACUUM')`)
  await server.stop()
  await server.start()
  const patient = { timeout: 30_000, interval: 250 }
  const runs = async (task: string): Promise<unknown> => {
    const { tasks: found } = await tasks.collect()
    const { totals, running } = found.find((item) => item.task === task) ?? {}
    return { runs: totals?.runs, failures: totals?.failures, running }
  }
  await expect.poll(() => runs('good'), patient).toEqual({ runs: 1, failures: 0, running: 0 })
  await expect.poll(() => runs('bad'), patient).toEqual({ runs: 1, failures: 1, running: 0 })
  await expect.poll(() => runs('long'), patient).toEqual({ runs: 0, failures: 0, running: 1 })
  const { tasks: found, sources } = await tasks.collect()
  expect(sources).toMatchObject([{ reason: undefined, scansFully: false }])
  const note = found.find(({ task }) => task === 'bad')?.notes.at(-1)
  expect(note?.message).toContain('division by zero')
  expect(found.find(({ task }) => task === 'nightly')).toMatchObject({
    schedule: { cron: '30 3 * * *', timezone: 'Asia/Taipei' },
    missed: 0,
  })
})

test('a run that is canceled fails as what it was', async () => {
  await server.run(`SELECT pg_cancel_backend(job_pid) FROM cron.job_run_details WHERE status = 'running'`)
  const errors = async (): Promise<unknown> =>
    (await tasks.collect()).tasks.find(({ task }) => task === 'long')?.totals.errors['query_canceled']
  await expect.poll(errors, { timeout: 30_000, interval: 250 }).toBe(1)
})
