// The platform's scheduled tasks. Types keep their names, but an "hour" of the demo is a minute.

export type TaskType = 'hourly' | 'daily' | 'weekly'

/** What a run that succeeds leaves in the database. */
export type TaskEffect = 'none' | 'sync' | 'write_drafts' | 'publish'

export interface Task {
  readonly name: string
  readonly type: TaskType
  /** From the slot to the start: not all tasks begin in the same moment. */
  readonly delaySeconds: number
  readonly durationSeconds: readonly [least: number, most: number]
  readonly failureRatio: number
  readonly retries: number
  readonly effect: TaskEffect
  /** The data source that a run reads; it fails when the source cannot be used. */
  readonly source?: string
  /** What goes wrong, when something does. */
  readonly errors: readonly string[]
}

/** A fault: what the task once read is spoilt, and only a run that somebody starts reads it anew. */
export const failingUntilRunByHand = 'fail-until-retried'

export const timezone = 'Asia/Taipei'

export const tasks: readonly Task[] = [
  {
    name: 'fetch_ohlc',
    type: 'hourly',
    delaySeconds: 0,
    durationSeconds: [2, 6],
    failureRatio: 0.03,
    retries: 2,
    effect: 'sync',
    source: 'finlab_api',
    errors: [
      'HTTP 503 from finlab_api: upstream connect error',
      'timeout of 30000 ms exceeded while fetching 2330.TW',
      "KeyError: 'close' in the answer for 6488.TWO",
    ],
  },
  {
    name: 'fetch_trending',
    type: 'hourly',
    delaySeconds: 1,
    durationSeconds: [1, 4],
    failureRatio: 0.02,
    retries: 2,
    effect: 'sync',
    source: 'cmoney_api',
    errors: [
      'HTTP 429 from cmoney_api: retry after 37 s',
      'SSL: CERTIFICATE_VERIFY_FAILED for api.cmoney.tw',
    ],
  },
  {
    name: 'sync_kols',
    type: 'hourly',
    delaySeconds: 2,
    durationSeconds: [1, 3],
    failureRatio: 0.02,
    retries: 1,
    effect: 'sync',
    source: 'google_sheets',
    errors: ['RESOURCE_EXHAUSTED: read requests per minute per user', 'row 17 of KOLs has no serial'],
  },
  {
    name: 'analyze',
    type: 'hourly',
    delaySeconds: 3,
    durationSeconds: [3, 9],
    failureRatio: 0.03,
    retries: 1,
    effect: 'none',
    errors: [
      'could not serialize access due to concurrent update (SQLSTATE 40001)',
      'NaN in moving average of 2603.TW',
    ],
  },
  {
    name: 'summary',
    type: 'hourly',
    delaySeconds: 4,
    durationSeconds: [4, 12],
    failureRatio: 0.03,
    retries: 1,
    effect: 'write_drafts',
    errors: [
      'the language model answered with HTTP 529: overloaded',
      'summary of 214 characters, at most 200 allowed',
    ],
  },
  {
    name: 'post',
    type: 'hourly',
    delaySeconds: 5,
    durationSeconds: [1, 4],
    failureRatio: 0.03,
    retries: 2,
    effect: 'publish',
    errors: [
      'HTTP 401: the session of KOL 207 has expired',
      'HTTP 502 from forum gateway',
      'deadlock detected (SQLSTATE 40P01)',
    ],
  },
  {
    name: 'train_model',
    type: 'daily',
    delaySeconds: 0,
    durationSeconds: [20, 45],
    failureRatio: 0.06,
    retries: 1,
    effect: 'none',
    errors: ['CUDA out of memory: tried to allocate 2.40 GiB', 'loss is NaN at step 1200'],
  },
  {
    name: 'daily_report',
    type: 'daily',
    delaySeconds: 2,
    durationSeconds: [5, 15],
    failureRatio: 0.03,
    retries: 1,
    effect: 'none',
    errors: ['SMTP 421: too many connections', 'no rows for yesterday in ohlc'],
  },
  {
    name: 'weekly_report',
    type: 'weekly',
    delaySeconds: 1,
    durationSeconds: [15, 40],
    failureRatio: 0.04,
    retries: 1,
    effect: 'none',
    errors: [
      'canceling statement due to statement timeout (SQLSTATE 57014)',
      'could not render chart 4 of 9',
    ],
  },
]

const minutes: Readonly<Record<TaskType, number>> = { hourly: 1, daily: 3, weekly: 7 }

/** The schedule by which a task of this type really runs: cron knows seconds within a minute, and whole minutes. */
export function cronPattern(type: TaskType, speed: number): string {
  const seconds = Math.max(1, Math.round((minutes[type] * 60) / speed))
  if (seconds < 60) return `*/${seconds} * * * * *`
  const every = Math.round(seconds / 60)
  return every === 1 ? '* * * * *' : `*/${every} * * * *`
}
