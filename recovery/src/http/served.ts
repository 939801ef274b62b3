// What the pages are made from.
import type { Log } from '../../../exporter/src/log.ts'
import type { Family } from '../../../exporter/src/metrics/metric.ts'
import type { Config } from '../config/load.ts'
import type { Journal } from '../journal/journal.ts'
import type { Tally } from '../tally.ts'

export interface Served {
  readonly config: Config
  /** Undefined while everything is off. */
  readonly journal: Journal | undefined
  readonly tally: Tally
  readonly log: Log
  readonly clock: () => number
  readonly families: () => Promise<readonly Family[]>
  /** Why it is not well, or undefined where it is. */
  readonly ailment: () => string | undefined
  /** Something new came in. */
  readonly wake: () => void
}
