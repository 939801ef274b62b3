// What is broken, what is to be said of it, and what came of it.
import type { Scene } from './scene.ts'

export interface Page {
  readonly severity: 'critical' | 'warning'
  readonly alert: string
  /** The labels that say what it is about, as a message writes them; empty where there are none. */
  readonly about: string
}

export interface Fault {
  readonly name: string
  /** All that anybody is to hear of it; the first is what the time is taken of. */
  readonly pages: readonly Page[]
  inject(scene: Scene): Promise<void>
  heal(scene: Scene): Promise<void>
  /** Resolves when what was injected has become a fault: a run that is to fail must end first. */
  becomesFact?(scene: Scene): Promise<unknown>
  /** Once the first page is there, and before the others are. */
  meanwhile?(scene: Scene): Promise<void>
  /** How often it is looked at, where that is not each scrape. */
  readonly lookedAtEverySeconds?: number
  /** How long more than the pages it is watched for what must not come, in production's time. */
  readonly watched?: string
}

export const critical = (alert: string, about = ''): Page => ({ severity: 'critical', alert, about })
export const warning = (alert: string, about = ''): Page => ({ severity: 'warning', alert, about })

export function titleOf({ alert, about }: Page): string {
  return about === '' ? alert : `${alert} ${about}`
}

/** A fault of the demo fleet, by its names there. */
export function demo(
  target: string,
  fault: string,
  pages: readonly Page[],
  more: Partial<Fault> = {},
): Fault {
  return {
    name: `${target} ${fault}`,
    pages,
    inject: ({ stack }) => stack.fleet.break(target, fault),
    heal: ({ stack }) => stack.fleet.heal(target),
    ...more,
  }
}
