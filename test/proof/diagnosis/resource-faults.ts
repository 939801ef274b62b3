// A machine that runs out of things, and databases that can be reached but not used.
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Score } from './score.ts'
import { openServers } from './servers.ts'
import { saidOf, startWatch } from './watch.ts'

const fixtures = join(import.meta.dirname, '../../../exporter/src/collectors/host/fixtures/proc')

const meminfo = `MemTotal:        8000000 kB
MemFree:          100000 kB
MemAvailable:     400000 kB
`

/** The kernel's own files, as they are on a machine that is short of memory and of open files. */
export async function injectHostFaults(directory: string, score: Score): Promise<void> {
  const procfs = join(directory, 'proc')
  await cp(fixtures, procfs, { recursive: true })
  await writeFile(join(procfs, 'meminfo'), meminfo)
  await writeFile(join(procfs, 'sys/fs/file-nr'), '9800\t0\t10000\n')
  const host = { procfs, filesystems: ['/'] }
  // No disk is filled for this: what is on it is above a limit that is low enough.
  const watch = await startWatch(directory, stringify({ thresholds: { cpu: '100%', disk: '0.1%' }, host }))
  const said = await watch.look()
  await watch.stop()
  const expected = [
    ['memory in use', 'memory_full', '95.0%'],
    ['open files', 'file_handles_exhausted', '98.0%'],
    ['full disk', 'disk_full', '/'],
  ] as const
  // All of the machine, so each is looked for among its own.
  for (const [fault, cause, mentions] of expected)
    score.judge(
      { fault, target: 'host', cause, mentions },
      said.filter((one) => one.cause === cause),
    )
}

/** Given the URL of a Postgres that is well. */
export async function injectDatabaseFaults(directory: string, url: string, score: Score): Promise<void> {
  const servers = openServers()
  const change = (edit: (parts: URL) => void): string => {
    const parts = new URL(url)
    edit(parts)
    return parts.href
  }
  try {
    const silent = await servers.silent()
    const databases = [
      { name: 'well', url },
      { name: 'wrong_password', url: change((parts) => void (parts.password = 'wrong')) },
      { name: 'no_such_user', url: change((parts) => void (parts.username = 'nobody_of_that_name')) },
      { name: 'no_such_database', url: change((parts) => void (parts.pathname = '/nowhere')) },
      { name: 'silent', url: change((parts) => void (parts.port = String(silent))) },
    ]
    const tasks = [{ name: 'runs', kind: 'table', database: 'well', table: 'no_such_table' }]
    const config = { global: { timeout: '2s' }, databases, tasks }
    const watch = await startWatch(directory, stringify(config))
    const said = await watch.look()
    await watch.stop()
    score.quiet('the database', saidOf(said, 'well'))
    const expected = [
      ['wrong_password', 'password_rejected'],
      ['no_such_user', 'password_rejected'],
      ['no_such_database', 'database_missing'],
      ['silent', 'no_answer'],
      ['runs', 'records_unreadable'],
    ] as const
    for (const [target, cause] of expected) score.judge({ fault: `database ${target}`, target, cause }, said)
  } finally {
    servers.close()
  }
}
