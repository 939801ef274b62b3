// cleanup_disk_space on a real tree of files.
import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startApp } from '../app.ts'
import { service } from './fault.ts'
import type { Fault } from './fault.ts'

/** A folder of logs that nobody rotates. */
export async function fullFolder(directory: string): Promise<Fault> {
  const root = join(directory, 'spool')
  await mkdir(join(root, 'deep'), { recursive: true })
  const outside = join(directory, 'outside.log')
  await writeFile(outside, 'x')
  const app = await startApp({ isHealthy: async () => (await readdir(root)).length < 10 })
  const lastHour = Date.now() / 1000 - 7_200
  return {
    name: 'disk',
    action: 'cleanup_disk_space',
    target: { type: 'files', root, pattern: '*.log', older_than: '1h' },
    ...service('disk', app.url),
    async breakIt() {
      for (let index = 0; index < 50; index += 1) {
        const path = join(root, `${index}.log`)
        await writeFile(path, 'x'.repeat(10_000))
        await utimes(path, lastHour, lastHour)
      }
      await writeFile(join(root, 'fresh.log'), 'x')
      await writeFile(join(root, 'data.db'), 'x')
      await utimes(join(root, 'data.db'), lastHour, lastHour)
    },
    async inspect() {
      for (const path of [join(root, 'fresh.log'), join(root, 'data.db'), outside]) await stat(path)
    },
    remove: () => app.close(),
  }
}
