// apt with its state in a folder of ours: it needs no root, changes nothing of the machine, and verifies
// signatures and checksums exactly as it does for the machine itself.
import { execFile } from 'node:child_process'
import { access, mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** `newest` is Debian's rolling release from the machine's mirror, `own` what the machine itself is set up for. */
export type Release = 'newest' | 'own'

/** Runs apt-get in `folder`, which is also where packages are downloaded to. */
export type Apt = (given: readonly string[], folder: string) => Promise<void>

const keyrings = ['gpg', 'pgp'].map((end) => `/usr/share/keyrings/debian-archive-keyring.${end}`)
const listsAgeSeconds = 3600

/** Undefined where this machine has no apt, or no way to a release of Debian that it can verify. */
export async function openApt(release: Release, directory: string): Promise<Apt | undefined> {
  const home = join(directory, release)
  await mkdir(join(home, 'lists', 'partial'), { recursive: true })
  const sources = release === 'newest' ? await pointAtNewest(home) : []
  if (!sources) return undefined
  const options = [
    '-qq',
    ...settings({
      'Dir::State::Lists': join(home, 'lists'),
      'Dir::Cache': home,
      'Dir::Cache::pkgcache': '',
      'Dir::Cache::srcpkgcache': '',
      // The locks of the machine's own apt are for root; ours is around all of this.
      'Debug::NoLocking': 'true',
      // The user that apt would become cannot enter a home directory such as root's.
      'APT::Sandbox::User': 'root',
      'Acquire::Languages': 'none',
      'Acquire::Retries': '2',
      'Acquire::http::Timeout': '30',
      'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
    }),
    ...sources,
  ]
  const apt: Apt = async (given, folder) => {
    await mkdir(join(folder, 'partial'), { recursive: true })
    const toFolder = settings({ 'Dir::Cache::archives': folder })
    await execute('apt-get', [...options, ...toFolder, ...given], { cwd: folder, timeout: 300_000 })
  }
  await updateLists(home, apt)
  return apt
}

function settings(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['-o', `${name}=${value}`])
}

async function updateLists(home: string, apt: Apt): Promise<void> {
  const stamp = join(home, 'updated')
  const updatedAt = await stat(stamp).then(
    (found) => found.mtimeMs,
    () => 0,
  )
  if (Date.now() - updatedAt < listsAgeSeconds * 1000) return
  await apt(['update'], home)
  await writeFile(stamp, '')
  await utimes(stamp, new Date(), new Date())
}

async function pointAtNewest(home: string): Promise<string[] | undefined> {
  const [mirror, keyring] = await Promise.all([findMirror(home), findKeyring()])
  if (mirror === undefined || keyring === undefined) return undefined
  const file = join(home, 'sources.list')
  await writeFile(file, `deb [signed-by=${keyring}] ${mirror} sid main\n`)
  return settings({
    'Dir::Etc::SourceList': file,
    'Dir::Etc::SourceParts': '/dev/null',
    // What the machine has of the same name from elsewhere, and of a higher version, is none of our business.
    'Dir::State::status': '/dev/null',
  })
}

/** The address from which the machine takes its own release. */
async function findMirror(home: string): Promise<string | undefined> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  const codename = /^VERSION_CODENAME="?([\w-]+)/m.exec(release)?.[1]
  const names = new Set([codename, 'stable', 'testing', 'unstable', 'sid'])
  // Asked of an empty folder, so that it does not depend on lists that an image may have deleted.
  const empty = join(home, 'empty')
  await mkdir(join(empty, 'partial'), { recursive: true })
  const options = settings({ 'Dir::State::Lists': empty, 'Debug::NoLocking': 'true' })
  const { stdout } = await execute('apt-get', [...options, 'update', '--print-uris'])
  const addresses = stdout.matchAll(/^'(\S+)\/dists\/([^/']+)\/InRelease'/gm)
  return [...addresses].find(([, , name]) => names.has(name))?.[1]
}

async function findKeyring(): Promise<string | undefined> {
  for (const file of keyrings) {
    const isReadable = await access(file).then(
      () => true,
      () => false,
    )
    if (isReadable) return file
  }
  return undefined
}
