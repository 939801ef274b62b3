// Files below a folder that nobody has written to for long, found and removed without following a single link.
import { constants } from 'node:fs'
import { lstat, open, readdir, realpath, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join, matchesGlob } from 'node:path'

export interface OldFile {
  /** For people; what is removed is found through `folder`. */
  readonly path: string
  readonly sizeBytes: number
  readonly folder: FileHandle
  readonly name: string
  readonly inode: number
  readonly writtenAt: number
}

interface Wanted {
  readonly root: string
  readonly pattern: string
  /** Unix seconds. */
  readonly before: number
}

const maxDepth = 16

/** A file is good until the next one is asked for. */
export async function* walkOldFiles(wanted: Wanted): AsyncGenerator<OldFile> {
  const { root } = wanted
  if ((await realpath(root)) !== root) throw new Error(`${root}: expected a path without symbolic links`)
  const folder = await openFolder(root)
  try {
    const { dev, uid } = await folder.stat()
    yield* walk({ folder, path: root, depth: 0 }, { ...wanted, device: dev, owner: uid })
  } finally {
    await folder.close()
  }
}

interface Place {
  readonly folder: FileHandle
  readonly path: string
  readonly depth: number
}

interface Bounds extends Wanted {
  readonly device: number
  readonly owner: number
}

async function* walk({ folder, path, depth }: Place, bounds: Bounds): AsyncGenerator<OldFile> {
  const entries = await readdir(within(folder), { withFileTypes: true })
  // The folder of a database looks like any other folder.
  if (entries.some(({ name }) => name === 'PG_VERSION' || name === 'ibdata1' || name === 'WiredTiger')) {
    throw new Error(`${path}: expected a folder for files of one kind, got that of a database`)
  }
  for (const entry of entries) {
    if (entry.isFile() && matchesGlob(entry.name, bounds.pattern)) {
      const file = await look(folder, entry.name, bounds)
      if (file) yield { ...file, path: join(path, entry.name) }
    } else if (entry.isDirectory() && depth < maxDepth) {
      yield* descend({ folder, path, depth }, entry.name, bounds)
    }
  }
}

async function* descend(place: Place, name: string, bounds: Bounds): AsyncGenerator<OldFile> {
  const folder = await openFolder(join(within(place.folder), name))
  try {
    const { dev } = await folder.stat()
    if (dev !== bounds.device) return
    yield* walk({ folder, path: join(place.path, name), depth: place.depth + 1 }, bounds)
  } finally {
    await folder.close()
  }
}

async function look(
  folder: FileHandle,
  name: string,
  { before, device, owner }: Bounds,
): Promise<Omit<OldFile, 'path'> | undefined> {
  const facts = await lstat(join(within(folder), name))
  const writtenAt = facts.mtimeMs / 1000
  // A second name may be what somebody else knows it by.
  const isOurs = facts.isFile() && facts.nlink === 1 && facts.dev === device && facts.uid === owner
  if (!isOurs || writtenAt >= before) return undefined
  return { folder, name, sizeBytes: facts.size, inode: facts.ino, writtenAt }
}

/** Looks once more: false where it is another file by now, or one that was written to. */
export async function removeOldFile({ folder, name, inode, writtenAt }: OldFile): Promise<boolean> {
  const path = join(within(folder), name)
  const facts = await lstat(path)
  if (!facts.isFile() || facts.ino !== inode || facts.mtimeMs / 1000 !== writtenAt) return false
  await unlink(path)
  return true
}

/** Fails on a symbolic link, also on one that was put there a moment ago. */
function openFolder(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
}

/** The folder itself, whatever has been put at its path since it was opened. */
function within(folder: FileHandle): string {
  return `/proc/self/fd/${folder.fd}`
}
