// A standby of a server that runs: its files are copied while it goes on, and from there it follows.
import { execFile } from 'node:child_process'
import { chown, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Client } from 'pg'
import type { Breakable } from '../fault.ts'
import type { Account } from './binaries.ts'
import { withClient } from './platform.ts'
import { createServer } from './postgres.ts'
import type { Postgres, PostgresOptions } from './postgres.ts'

const run = promisify(execFile)

export interface Standby {
  /** The primary's URL, of this server. */
  readonly url: string
  readonly breakable: Breakable
  readonly close: () => Promise<void>
}

interface StandbyOptions extends PostgresOptions {
  readonly name: string
  /** As whom the primary is asked. */
  readonly url: string
}

export async function openStandby(primary: Postgres, options: StandbyOptions): Promise<Standby> {
  const server = await createServer({
    ...options,
    password: new URL(primary.adminUrl).password,
    fill: (folder, { account }) => copyCluster(primary, folder, account),
  })
  try {
    await server.start()
  } catch (error) {
    await server.remove()
    throw error
  }
  const url = new URL(options.url)
  url.port = String(options.port)
  return { url: url.href, breakable: toBreakable(options.name, server), close: server.remove }
}

/** Postgres' low-level base backup: what changes under the copy is repeated from the log. */
async function copyCluster(primary: Postgres, folder: string, account: Account): Promise<void> {
  await withClient(primary.adminUrl, async (client) => {
    const source = await one(client, 'SHOW data_directory')
    await one(client, "SELECT pg_backup_start('standby', true)")
    await copyFiles(source, folder, account)
    const label = await one(client, 'SELECT labelfile FROM pg_backup_stop(false)')
    const { hostname, port, username, password } = new URL(primary.adminUrl)
    const follow = `host=${hostname} port=${port} user=${username} password=${password}`
    await give(folder, 'backup_label', { text: label, account })
    await give(folder, 'standby.signal', { text: '', account })
    await give(folder, 'postgresql.auto.conf', { text: `primary_conninfo = '${follow}'\n`, account })
  })
}

async function one(client: Client, sql: string): Promise<string> {
  const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' })
  return String(rows[0]?.[0])
}

/** As the user of the database, to whom the files belong. */
async function copyFiles(source: string, folder: string, account: Account): Promise<void> {
  const copy = (): Promise<unknown> => run('cp', ['-R', `${source}/.`, folder], { ...account, cwd: '/' })
  // A file that went away meanwhile is not missed: the second time there is hardly any.
  await copy().catch(copy)
  await rm(join(folder, 'postmaster.pid'), { force: true })
  await rm(join(folder, 'postmaster.opts'), { force: true })
  const log = join(folder, 'pg_wal')
  for (const file of await readdir(log, { withFileTypes: true }))
    if (file.isFile()) await rm(join(log, file.name))
}

interface Content {
  readonly text: string
  readonly account: Account
}

async function give(folder: string, name: string, { text, account }: Content): Promise<void> {
  const path = join(folder, name)
  await writeFile(path, text, { mode: 0o600 })
  if (account.uid !== undefined && account.gid !== undefined) await chown(path, account.uid, account.gid)
}

/** It can be gone, or stand still while its primary goes on. */
function toBreakable(name: string, standby: Postgres): Breakable {
  const say = (sql: string): Promise<unknown> => withClient(standby.adminUrl, (client) => client.query(sql))
  let isPaused = false
  return {
    name,
    kind: 'database',
    faults: ['down', 'lag'],
    async break(fault) {
      if (fault === 'down') return standby.stop()
      isPaused = true
      await say('SELECT pg_wal_replay_pause()')
    },
    async heal() {
      await standby.start()
      if (isPaused) await say('SELECT pg_wal_replay_resume()')
      isPaused = false
    },
  }
}
