// A fresh database cluster on disk, in a folder that belongs to whom Postgres runs as.
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Account, Binaries } from './binaries.ts'

const run = promisify(execFile)

/** Puts the files of a cluster into an empty folder. */
export type FillCluster = (folder: string, binaries: Binaries) => Promise<void>

/** Gives the folder of the cluster; what an earlier demo left there is gone. */
export async function createCluster(
  dataDirectory: string,
  fill: FillCluster,
  binaries: Binaries,
): Promise<string> {
  const folder = await prepareFolder(dataDirectory, binaries)
  try {
    await fill(folder, binaries)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw new Error(`database: could not create a cluster in ${folder}`, { cause: error })
  }
  return folder
}

/** An empty folder that belongs to the account; below /tmp where it may not enter the data directory. */
async function prepareFolder(dataDirectory: string, binaries: Binaries): Promise<string> {
  const mark = createHash('sha256').update(dataDirectory).digest('hex').slice(0, 12)
  const candidates = [join(dataDirectory, 'postgres'), join(tmpdir(), `watchpost-database-${mark}`)]
  for (const folder of candidates) await removeLeftover(folder, binaries)
  for (const folder of candidates) {
    // Not recursive: a folder that somebody else puts there in this moment is not taken.
    await mkdir(folder, { mode: 0o700 })
    if (await isUsable(folder, binaries.account)) return folder
    await rm(folder, { recursive: true })
  }
  throw new Error(`database: expected a folder that it may write to, tried ${candidates.join(' and ')}`)
}

/** A demo that was killed leaves its server running on its data: both belong to no one now. */
async function removeLeftover(cluster: string, binaries: Binaries): Promise<void> {
  const isRunning = await readFile(join(cluster, 'postmaster.pid')).then(
    () => true,
    () => false,
  )
  if (isRunning) {
    const stopNow = ['stop', '--pgdata', cluster, '--mode', 'immediate']
    // It fails where the server is gone and only its file was left, and that is as good.
    await run(binaries.pgCtl, stopNow, { ...binaries.account, cwd: '/' }).catch(() => {})
  }
  await rm(cluster, { recursive: true, force: true })
}

async function isUsable(folder: string, account: Account): Promise<boolean> {
  if (account.uid === undefined || account.gid === undefined) return true
  await chown(folder, account.uid, account.gid)
  const check = run('test', ['-w', folder], { ...account, cwd: '/' })
  return check.then(
    () => true,
    () => false,
  )
}

/** A cluster with nothing in it. */
export async function initialise(cluster: string, password: string, binaries: Binaries): Promise<void> {
  const { uid, gid } = binaries.account
  const passwordFile = `${cluster}.${randomBytes(6).toString('hex')}`
  await writeFile(passwordFile, password, { mode: 0o600, flag: 'wx' })
  if (uid !== undefined && gid !== undefined) await chown(passwordFile, uid, gid)
  const flags = ['--auth=scram-sha-256', '--username=postgres', '--encoding=UTF8', '--no-locale', '--no-sync']
  try {
    await run(binaries.initdb, [...flags, `--pgdata=${cluster}`, `--pwfile=${passwordFile}`], {
      ...binaries.account,
      cwd: '/',
    })
  } finally {
    await rm(passwordFile, { force: true })
  }
}
