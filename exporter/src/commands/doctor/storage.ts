// The directory of what must outlive a restart.
import { mkdtemp, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { finding, lookAt, skipped, well } from './check.ts'
import type { Check } from './check.ts'

const subject = 'state directory'

export async function checkState(directory: string | undefined): Promise<readonly Check[]> {
  if (directory === undefined) return [skipped(subject, 'no --storage.path was given')]
  const advice = `make ${directory} a directory that the user of watchpost serve may write to`
  return lookAt(subject, advice, async () => {
    if (!(await stat(directory)).isDirectory())
      return [finding(subject, `${directory} is no directory`, advice)]
    // Its mode alone does not tell: the file system may be full or read-only.
    await rmdir(await mkdtemp(join(directory, 'doctor-')))
    return [well(subject, `${directory} can be written`)]
  })
}
