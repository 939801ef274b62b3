// What the programs of the fleet offer to recovery: a request, and they help themselves.
import type { Faults } from './fault.ts'
import type { TaskRunner } from './task-runner.ts'

/** Resolves to false where there is no such hook. */
export type RunHook = (path: string) => Promise<boolean>

/** A restart ends these; whatever is wrong in the program itself it does not. */
const endedByRestart = new Set(['down', 'oom', 'stopped', 'hang', 'error', 'leak'])

export function createHooks(faults: Faults, runners: readonly TaskRunner[]): RunHook {
  return async (path) => {
    const [, kind, name = ''] = /^\/hooks\/(clear-cache|run)\/(\w+)$/.exec(path) ?? []
    if (kind === 'clear-cache') return healIf(faults, name, new Set(['leak']))
    const runner = kind === 'run' ? runners.find(({ breakable }) => breakable.name === name) : undefined
    if (!runner) return false
    await runner.runNow()
    return true
  }
}

export async function restartService(faults: Faults, name: string): Promise<void> {
  await healIf(faults, name, endedByRestart)
}

/** False where there is nothing of that name. */
async function healIf(faults: Faults, name: string, curable: ReadonlySet<string>): Promise<boolean> {
  const found = faults.list().find((one) => one.name === name)
  if (found?.fault && curable.has(found.fault)) await faults.heal(name)
  return found !== undefined
}
