// All that can be broken here.
import { brokenContainer } from './container.ts'
import { blockedDatabase } from './database.ts'
import { fullFolder } from './disk.ts'
import type { Fault } from './fault.ts'
import { illApplication } from './hook.ts'
import { failedWorkflow } from './n8n.ts'
import { failedJob } from './pg-boss.ts'
import { bloatedRedis } from './redis.ts'
import { brokenUnit } from './systemd.ts'

/** What lacks a program is left out, and said. */
export async function prepareFaults(directory: string): Promise<Fault[]> {
  const engine = 'a container engine with node:24.21.0-bookworm-slim'
  const candidates: readonly (readonly [what: string, fault: Promise<Fault | undefined>])[] = [
    [engine, brokenContainer('container')],
    [engine, brokenUnit()],
    ['Postgres', blockedDatabase()],
    ['Redis', bloatedRedis(directory)],
    ['a folder', fullFolder(directory)],
    ['n8n', failedWorkflow(directory)],
    ['pg-boss', failedJob()],
    ['an application', illApplication('cache_hook')],
    ['an application', illApplication('reconnect_hook')],
    ['an application', illApplication('task_hook')],
  ]
  const prepared = await Promise.all(candidates.map(async ([what, fault]) => [what, await fault] as const))
  return prepared.flatMap(([what, fault]) => {
    if (!fault) process.stdout.write(`left out, for there is not here: ${what}\n`)
    return fault ?? []
  })
}
