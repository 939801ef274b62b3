// One slot of a task from its start to its end: attempts, records, back-off.
import type { AskDependency } from './dependencies.ts'
import { applyEffect } from './effects.ts'
import type { EffectOptions } from './effects.ts'
import { backOffSeconds, drawError, drawOutcome } from './outcome.ts'
import type { TaskLog } from './task-log.ts'
import { failingUntilRunByHand } from './tasks.ts'
import type { Task } from './tasks.ts'

export interface RunOptions extends EffectOptions {
  readonly task: Task
  readonly log: TaskLog
  readonly ask: AskDependency
  /** Waits so many seconds of the demo's time; throws when the fleet is ended. */
  readonly pause: (seconds: number) => Promise<void>
  readonly fault: () => string | undefined
  /** Resolves when the task is healed. */
  readonly healed: () => Promise<void>
}

export async function runSlot(slot: Date, options: RunOptions): Promise<void> {
  const { task, log, pause } = options
  await pause(task.delaySeconds)
  let previous: string | null = null
  for (let attempt = 1; attempt <= task.retries + 1; attempt += 1) {
    const id = await log.begin({ task, attempt, previous })
    // Without its database a scheduler can't start a run.
    if (id === undefined) return
    const error = await runOnce(slot, attempt, options)
    await log.finish(id, error)
    if (error === undefined) return
    previous = id
    await pause(backOffSeconds(attempt))
  }
}

/** Gives the error of a run that failed. */
async function runOnce(slot: Date, attempt: number, options: RunOptions): Promise<string | undefined> {
  const { task, pause, fault, healed } = options
  if (fault() === 'hang') {
    await healed()
    return 'killed: the worker had stopped answering'
  }
  // It ends in success and has done nothing.
  if (fault() === 'hollow') return undefined
  const outcome = drawOutcome(task, slot, attempt)
  await pause(outcome.seconds)
  const failsAlways = fault() === 'fail' || fault() === failingUntilRunByHand
  const isMadeToFail = failsAlways || (fault() === 'retry' && attempt === 1)
  if (isMadeToFail) return drawError(task, `${slot.getTime()}:${attempt}`)
  if (outcome.error !== undefined && fault() !== 'retry') return outcome.error
  return work(options)
}

async function work(options: RunOptions): Promise<string | undefined> {
  const { task, ask } = options
  if (task.source !== undefined) {
    const { status, detail } = await ask(task.name, task.source)
    if (status !== 'healthy') return `${task.source}: ${detail ?? status}`
  }
  try {
    await applyEffect(task, options)
    return undefined
  } catch (error) {
    const { message, code } = error as Error & { readonly code?: string }
    return code === undefined ? message : `${message} (SQLSTATE ${code})`
  }
}
