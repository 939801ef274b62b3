// A disk that fills up: a small file system in memory, mounted only while the fault lasts.
import { execFile } from 'node:child_process'
import { appendFile, mkdir, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Breakable } from './fault.ts'

const run = promisify(execFile)

export interface Disk {
  /** A folder, whose file system is that of all the rest until the fault begins. */
  readonly path: string
  /** Undefined where this program may not mount anything. */
  readonly breakable: Breakable | undefined
  readonly close: () => Promise<void>
}

const sizeMegabytes = 64
/** Not to the last byte, as real disks are seldom filled. */
const fullMegabytes = 62
const stepMegabytes = 2

/** Whoever wrote it has gone long since: what is still written to nobody may remove. */
const forgottenAt = (): Date => new Date(Date.now() - 600_000)

export async function createDisk(dataDirectory: string, speed: number): Promise<Disk> {
  const path = join(dataDirectory, 'disk')
  // One that was killed in the midst of it has left its own behind.
  if (mayMount()) await run('umount', ['--lazy', path]).catch(() => {})
  await mkdir(path, { recursive: true })
  let filling: NodeJS.Timeout | undefined
  let isMounted = false
  let last: Promise<void> = Promise.resolve()

  function fill(): void {
    let written = 0
    const file = join(path, 'runaway.log')
    const step = (): void => {
      if (written >= fullMegabytes) {
        clearInterval(filling)
        last = last.then(() => utimes(file, forgottenAt(), forgottenAt()))
      } else last = appendFile(file, Buffer.alloc(stepMegabytes * 1024 * 1024, '.'))
      written += stepMegabytes
    }
    step()
    filling = setInterval(step, 2_000 / speed)
  }

  async function heal(): Promise<void> {
    clearInterval(filling)
    if (!isMounted) return
    await last
    await run('umount', [path])
    isMounted = false
  }

  const breakable: Breakable = {
    name: 'host',
    kind: 'host',
    faults: ['disk-full'],
    async break() {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeMegabytes}m`, 'watchpost-demo', path])
      isMounted = true
      fill()
    },
    heal,
  }
  return { path, breakable: mayMount() ? breakable : undefined, close: heal }
}

export function mayMount(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0
}
