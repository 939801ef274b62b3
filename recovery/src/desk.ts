// What the parts of the engine share, and how they keep and tell what happened.
import type { Log } from '../../exporter/src/log.ts'
import type { SteadyClock } from './clock.ts'
import type { Config } from './config/load.ts'
import type { Escalation } from './escalation.ts'
import type { Observer } from './evidence.ts'
import type { Journal } from './journal/journal.ts'
import type { Boot, JournalEvent } from './state/event.ts'
import type { Tally } from './tally.ts'

export interface Desk {
  readonly config: Config
  readonly journal: Journal
  readonly observer: Observer
  readonly escalation: Escalation
  readonly tally: Tally
  readonly log: Log
  /** Unix seconds, of `time`. */
  readonly clock: () => number
  readonly time: SteadyClock
  /** The start of the machine, by its clock as it is now. */
  readonly boot: () => Boot | undefined
}

/** Throws where the events could not be stored; then they have not happened. */
export function append({ journal, log }: Desk, ...events: JournalEvent[]): void {
  journal.append(events)
  for (const { type, at: _, ...fields } of events) log.info(type, fields)
}
