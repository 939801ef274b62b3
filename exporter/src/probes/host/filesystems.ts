// Mounted file systems and how full they are.
import { readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'

export interface Mount {
  readonly device: string
  readonly mountpoint: string
  readonly fstype: string
  readonly readOnly: boolean
}

export interface Filesystem extends Mount {
  /** Undefined where the file system did not answer. */
  readonly space: Space | undefined
}

interface Space {
  readonly sizeBytes: number
  readonly freeBytes: number
  readonly availableBytes: number
  readonly files: number | undefined
  readonly filesFree: number | undefined
}

/** What is mounted, the last mount on a point hiding earlier ones. */
export function readMounts(procfs: string): Mount[] {
  const text = readFirst([join(procfs, '1/mounts'), join(procfs, 'self/mounts')])
  const mounts = text.split('\n').flatMap((line) => {
    const [device, mountpoint, fstype, options] = line.split(' ')
    if (device === undefined || mountpoint === undefined || fstype === undefined) return []
    const readOnly = options?.split(',').includes('ro') ?? false
    return [{ device: unescape(device), mountpoint: unescape(mountpoint), fstype, readOnly }]
  })
  return [...new Map(mounts.map((mount) => [mount.mountpoint, mount])).values()]
}

interface FilesystemReader {
  read(mounts: readonly Mount[], limitMilliseconds: number): Promise<Filesystem[]>
}

/**
 * Asks file systems below `root` for their space. One that hangs, as those of a dead file server do, holds a
 * thread of the pool until it answers: it is not asked again while an earlier question is open.
 */
export function createFilesystemReader(root: string): FilesystemReader {
  const open = new Set<string>()
  async function ask(mount: Mount): Promise<Space | undefined> {
    if (open.has(mount.mountpoint)) return undefined
    open.add(mount.mountpoint)
    try {
      const found = await statfs(join(root, mount.mountpoint))
      return {
        sizeBytes: found.blocks * found.bsize,
        freeBytes: found.bfree * found.bsize,
        availableBytes: found.bavail * found.bsize,
        files: found.files,
        filesFree: found.ffree,
      }
    } catch {
      // Not ours to enter, or gone since the list was read: shown as watchpost_host_filesystem_device_error.
      return undefined
    } finally {
      open.delete(mount.mountpoint)
    }
  }
  return {
    async read(mounts, limitMilliseconds) {
      const { promise: limit, resolve } = Promise.withResolvers<undefined>()
      const timer = setTimeout(() => resolve(undefined), limitMilliseconds)
      const read = mounts.map(async (mount) => ({ ...mount, space: await Promise.race([ask(mount), limit]) }))
      return Promise.all(read).finally(() => clearTimeout(timer))
    },
  }
}

/** The kernel writes blanks and backslashes in names as \040 and so on. */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCodePoint(Number.parseInt(octal, 8)),
  )
}

function readFirst(paths: readonly string[]): string {
  for (const path of paths) {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      // The next one is for a /proc that shows no other processes.
    }
  }
  return ''
}
