// What an action is. Adding one is a file that exports one, and a line in index.ts.
import type { z } from 'zod'

/** What would be done, or why nothing may be. A plan only reads. */
export type Plan =
  | { readonly steps: readonly string[]; readonly refusal?: never }
  | { readonly steps?: never; readonly refusal: string }

export interface Surroundings {
  readonly signal: AbortSignal
  /** Unix seconds. */
  readonly now: number
  /** Stays the same when one attempt is sent twice. */
  readonly idempotencyKey: string
}

export interface Action<Target> {
  /** What policies call it. */
  readonly name: ActionName
  /** The type of the targets that it acts on. */
  readonly type: string
  /** The target in the allow-list of the configuration, beside its name. */
  readonly fields: z.ZodObject
  /** What it acts on, the same for two entries that mean the same thing. */
  identify(target: Target): string
  plan(target: Target, surroundings: Surroundings): Promise<Plan>
  /** Looks again before it acts; resolves to what was done, and throws where that failed. */
  run(target: Target, surroundings: Surroundings): Promise<readonly string[]>
}

export const actionNames = [
  'restart_service',
  'reconnect_database',
  'clear_memory_cache',
  'cleanup_disk_space',
  'retry_failed_task',
] as const
export type ActionName = (typeof actionNames)[number]

/** An action bound to its target: all that the rest of the program knows of it. */
export interface BoundAction {
  readonly name: ActionName
  readonly identity: string
  readonly plan: (surroundings: Surroundings) => Promise<Plan>
  readonly run: (surroundings: Surroundings) => Promise<readonly string[]>
}

export interface ActionKind {
  readonly name: ActionName
  readonly type: string
  readonly fields: z.ZodObject
  readonly bind: (target: unknown) => BoundAction
}

export function defineAction<Fields extends z.ZodObject>(
  action: Omit<Action<z.output<Fields>>, 'fields'> & { readonly fields: Fields },
): ActionKind {
  const bind = (given: unknown): BoundAction => {
    // The schema of the whole file has read it already; its type is lost on the way through the union.
    const target = given as z.output<Fields>
    return Object.freeze({
      name: action.name,
      identity: `${action.type} ${action.identify(target)}`,
      plan: (surroundings: Surroundings) => action.plan(target, surroundings),
      run: (surroundings: Surroundings) => action.run(target, surroundings),
    })
  }
  return Object.freeze({ name: action.name, type: action.type, fields: action.fields, bind })
}

/** A refusal that shows only when it is tried: nothing was done. */
export class Refusal extends Error {}
