// How a run goes: drawn from the task's table by the moment of its slot, so that history and present look alike.
import type { Task } from './tasks.ts'
import { noise } from './traffic.ts'

export interface Outcome {
  readonly seconds: number
  /** Undefined for a run that succeeds. */
  readonly error: string | undefined
}

export function drawOutcome(task: Task, slot: Date, attempt: number): Outcome {
  const seed = `${task.name}:${slot.getTime()}:${attempt}`
  const [least, most] = task.durationSeconds
  const seconds = least + (most - least) * noise(`${seed}:duration`)
  if (noise(`${seed}:failure`) >= task.failureRatio) return { seconds, error: undefined }
  // Failures tend to come early in a run.
  return { seconds: seconds / 2, error: drawError(task, seed) }
}

export function drawError(task: Task, seed: string): string {
  return task.errors[Math.floor(noise(`${seed}:error`) * task.errors.length)] ?? 'unknown error'
}

/** Before a failed run is repeated. */
export function backOffSeconds(attempt: number): number {
  return 2 ** attempt
}
