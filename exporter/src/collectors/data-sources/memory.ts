// What must outlive a reload: a source that is asked again after every edit of the configuration would spend its quota on it.
import { createBackoff } from './backoff.ts'
import type { Backoff } from './backoff.ts'
import type { Quality } from './quality/quality.ts'
import { createRequestCount } from './quota/count.ts'
import type { RequestCount } from './quota/count.ts'
import { createForecast } from './quota/forecast.ts'
import type { Forecast } from './quota/forecast.ts'
import type { Quota } from './quota/quota.ts'
import type { Answer } from './source.ts'
import { createSyncHistory } from './sync.ts'
import type { SyncHistory } from './sync.ts'

/** An answer with what was made of it when it came. */
export interface Kept {
  readonly at: number
  readonly answer: Answer
  readonly quota: Quota | undefined
}

export interface SourceMemory {
  readonly backoff: Backoff
  readonly count: RequestCount
  readonly forecast: Forecast
  readonly syncs: SyncHistory
  kept: Kept | undefined
  quality:
    | { readonly at: number; readonly found: Quality | undefined; readonly problem: string | undefined }
    | undefined
  lastSyncAt: number | undefined
  errors: number
  rateLimited: number
}

export function createSourceMemory(): SourceMemory {
  return {
    backoff: createBackoff(),
    count: createRequestCount(),
    forecast: createForecast(),
    syncs: createSyncHistory(),
    kept: undefined,
    quality: undefined,
    lastSyncAt: undefined,
    errors: 0,
    rateLimited: 0,
  }
}
