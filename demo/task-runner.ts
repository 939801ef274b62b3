// One scheduled task: started at its slots, never twice at once, and made to misbehave on command.
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Cron } from 'croner'
import type { AskDependency } from './dependencies.ts'
import type { EffectOptions } from './effects.ts'
import type { Breakable } from './fault.ts'
import { createTaskLog } from './task-log.ts'
import { runSlot } from './task-run.ts'
import type { RunOptions } from './task-run.ts'
import { cronPattern, failingUntilRunByHand, timezone } from './tasks.ts'
import type { Task } from './tasks.ts'

export interface RunnerOptions extends EffectOptions {
  readonly ask: AskDependency
  readonly speed: number
  /** Whether the scheduler starts nothing. */
  readonly isStopped: () => boolean
}

export interface TaskRunner {
  readonly breakable: Breakable
  /** A run outside the schedule, as a person starts one; resolves when it has ended. */
  readonly runNow: () => Promise<void>
  /** Cuts a run short where it is; its record stays open. */
  readonly abandon: () => Promise<void>
  /** As abandon, and starts nothing any more. */
  readonly stop: () => Promise<void>
}

export function startTask(task: Task, options: RunnerOptions): TaskRunner {
  const { breakable, fault, healed } = createSwitch(task.name)
  let life = new AbortController()
  let current = Promise.resolve()

  const runUntil = (signal: AbortSignal): RunOptions => ({
    ...options,
    task,
    log: createTaskLog(options.pool, signal),
    pause: (seconds) => sleep((seconds * 1000) / options.speed, undefined, { signal }),
    fault,
    healed: () => healed(signal),
  })

  async function start(slot: Date): Promise<void> {
    if (fault() === 'miss' || options.isStopped()) return
    const { signal } = life
    current = runSlot(slot, runUntil(signal)).catch((error: unknown) => {
      // The end of the scheduler cuts runs short; anything else is a mistake of ours and must show.
      if (!signal.aborted) throw error
    })
    await current
  }

  const cron = schedule(cronPattern(task.type, options.speed), start)

  async function runNow(): Promise<void> {
    await current
    if (fault() === failingUntilRunByHand) await breakable.heal()
    await start(new Date())
  }

  async function abandon(): Promise<void> {
    life.abort()
    life = new AbortController()
    await current
  }

  async function stop(): Promise<void> {
    cron.stop()
    await abandon()
  }

  return { breakable, runNow, abandon, stop }
}

interface Switch {
  readonly breakable: Breakable
  readonly fault: () => string | undefined
  /** Throws where the signal comes first. */
  readonly healed: (signal: AbortSignal) => Promise<void>
}

function createSwitch(name: string): Switch {
  let fault: string | undefined
  let healing = Promise.withResolvers<void>()
  return {
    breakable: {
      name,
      kind: 'task',
      faults: ['fail', failingUntilRunByHand, 'hang', 'miss', 'retry', 'hollow'],
      async break(wanted) {
        fault = wanted
      },
      async heal() {
        fault = undefined
        healing.resolve()
        healing = Promise.withResolvers<void>()
      },
    },
    fault: () => fault,
    async healed(signal) {
      await Promise.race([healing.promise, once(signal, 'abort')])
      signal.throwIfAborted()
    },
  }
}

/** With `protect`, a slot that comes while the last run is still under way is left out. */
function schedule(pattern: string, start: (slot: Date) => Promise<void>): Cron {
  return new Cron(pattern, { timezone, protect: true }, (self: Cron) =>
    start(self.currentRun() ?? new Date()),
  )
}
