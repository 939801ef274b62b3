// What the pages and the API are made from.
import type { Config } from '../config/load.ts'
import type { Problem } from '../config/problem.ts'
import type { History } from '../history.ts'
import type { Log } from '../log.ts'
import type { SelfMetrics } from '../metrics/self.ts'
import type { Scraper } from '../scrape.ts'
import type { ReloadState } from './page.ts'

/** The functions give what is current: a reload swaps it. */
export interface Served {
  readonly version: string
  readonly log: Log
  readonly self: SelfMetrics
  readonly startedAt: number
  /** How many may ask for /metrics at once; 0 for any number. */
  readonly maxRequests: number
  readonly scraper: () => Scraper
  readonly settings: () => Config['settings']
  readonly history: History
  readonly reloadState: () => ReloadState
  /** Loads the configuration again; gives the problems that kept the old one in use. */
  readonly reload: () => Promise<readonly Problem[]>
}
