// cleanup_disk_space: old files below one folder that the configuration names.
import { statfs } from 'node:fs/promises'
import { isAbsolute, normalize } from 'node:path'
import { z } from 'zod'
import { duration } from '../../../exporter/src/schema/duration.ts'
import { Refusal, defineAction } from './action.ts'
import type { Plan } from './action.ts'
import { removeOldFile, walkOldFiles } from './old-files.ts'
import type { OldFile } from './old-files.ts'

const untouchable =
  /^\/(?:bin|boot|dev|etc|home|lib|lib32|lib64|opt|proc|root|run|sbin|srv|sys|usr|var|var\/lib|tmp)?$|^\/(?:boot|dev|etc|proc|sys|usr)\//

const root = z
  .string({ error: 'expected the absolute path of a folder' })
  .refine((path) => isAbsolute(path) && normalize(path) === path, 'expected the absolute path of a folder')
  .refine((path) => !path.endsWith('/') && !untouchable.test(path), 'expected a folder for files of one kind')

const fields = z.object({
  root: root.describe('Nothing outside it is ever touched; symbolic links are not followed.'),
  pattern: z
    .string()
    .regex(/^[^/]+$/, 'expected a pattern for names of files, such as *.log')
    .describe('Names of the files.'),
  older_than: duration
    .refine((seconds) => seconds >= 60, 'expected at least 1m')
    .describe('Since it was last written.'),
  max_files: z.int().min(1).max(100_000).prefault(1_000),
  max_bytes: z
    .int()
    .min(1)
    .prefault(10 * 1_073_741_824)
    .describe('How much may be removed at a time.'),
})
type Target = z.output<typeof fields>

export const cleanupDiskSpace = defineAction({
  name: 'cleanup_disk_space',
  type: 'files',
  fields,
  identify: (target) => `${target.root}/${target.pattern}`,
  async plan(target, { now, signal }): Promise<Plan> {
    const chosen: OldFile[] = []
    await eachOldFile(target, { now, signal }, (file) => {
      chosen.push(file)
      return Promise.resolve(true)
    })
    if (chosen.length === 0) return { refusal: 'no file is old enough' }
    const total = chosen.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    const shown = chosen.slice(0, 20).map(({ path, sizeBytes }) => `remove ${path} (${sizeBytes} bytes)`)
    return { steps: [`remove ${chosen.length} files of ${total} bytes below ${target.root}`, ...shown] }
  },
  async run(target, { now, signal }) {
    const before = await freeBytes(target)
    let removed = 0
    await eachOldFile(target, { now, signal }, async (file) => {
      const isRemoved = await removeOldFile(file)
      removed += Number(isRemoved)
      return isRemoved
    })
    if (removed === 0) throw new Refusal('no file is old enough')
    // A file that a program holds open gives its space back only once it is closed.
    const freed = (await freeBytes(target)) - before
    return [`removed ${removed} files below ${target.root}; ${freed} bytes more are free`]
  },
})

interface Moment {
  readonly now: number
  readonly signal: AbortSignal
}

/** Until the limits of one run are reached. */
async function eachOldFile(
  { root: folder, pattern, older_than: olderThan, max_files: mostFiles, max_bytes: mostBytes }: Target,
  { now, signal }: Moment,
  take: (file: OldFile) => Promise<boolean>,
): Promise<void> {
  let [files, bytes] = [0, 0]
  const wanted = { root: folder, pattern, before: now - olderThan }
  for await (const file of walkOldFiles(wanted)) {
    signal.throwIfAborted()
    if (files >= mostFiles) return
    if (bytes + file.sizeBytes > mostBytes) continue
    if (!(await take(file))) continue
    files += 1
    bytes += file.sizeBytes
  }
}

async function freeBytes({ root: folder }: Target): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
