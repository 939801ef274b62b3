// For commands that look at the fleet by themselves: the configuration at work, without serving it.
import { formatProblems, nearest } from '../config/problem.ts'
import { createLog } from '../log.ts'
import type { Invocation } from './command.ts'
import { readShard } from './flags.ts'
import { goLive } from './live.ts'
import type { Live } from './live.ts'

/** Runs `work` on the fleet of the configuration; exit code 2 when that is not valid. */
export async function withFleet(
  { values, environment, writeError }: Invocation,
  work: (live: Live) => Promise<number>,
): Promise<number> {
  const file = values['config.file'] ?? ''
  const shard = readShard({ values, environment })
  if (typeof shard === 'string') {
    writeError(`watchpost: ${shard}\n`)
    return 2
  }
  const live = await goLive({ file, environment, log: createLog('error'), stateDirectory: undefined, shard })
  if ('length' in live) {
    writeError(`${formatProblems(live, file)}\n`)
    return 2
  }
  try {
    return await work(live)
  } finally {
    await live.close()
  }
}

export function noSuchTarget(name: string, known: readonly string[]): string {
  const meant = nearest(name, known)
  return `there is no target ${name}${meant ? `, did you mean ${meant}?` : '; watchpost status lists all'}`
}
