// What the parts of the engine share, and how they keep and tell what happened.
import type { Log } from '../../exporter/src/log.ts'
import type { Config } from './config/load.ts'
import type { Escalation } from './escalation.ts'
import type { Observer } from './evidence.ts'
import type { Journal } from './journal/journal.ts'
import type { JournalEvent } from './state/event.ts'
import type { Tally } from './tally.ts'

export interface Desk {
  readonly config: Config
  readonly journal: Journal
  readonly observer: Observer
  readonly escalation: Escalation
  readonly tally: Tally
  readonly log: Log
  /** Unix seconds, as the system has them; somebody may set them. */
  readonly clock: () => number
  /** Seconds since some moment, which nobody can set. */
  readonly uptime: () => number
}

/** Throws where the events could not be stored; then they have not happened. */
export function append({ journal, log }: Desk, ...events: JournalEvent[]): void {
  journal.append(events)
  for (const { type, at: _, ...fields } of events) log.info(type, fields)
}
