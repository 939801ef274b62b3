// Schedules: a cron expression in a time zone, checked when the configuration is loaded by asking for its next slot.
import { Cron } from 'croner'
import { z } from 'zod'

/** The slots of a schedule. Times are Unix seconds. */
export interface Slots {
  /** The first slot later than `after`; undefined when there is none. */
  next(after: number): number | undefined
  /** The last slot at or before `at`. */
  previous(at: number): number | undefined
}

/** Fails on what `cron` and `timezone` refuse. */
export function openSlots(expression: string, zone: string): Slots {
  const job = new Cron(expression, { timezone: zone, mode: '5-or-6-parts' })
  const seconds = (date: Date | null | undefined): number | undefined =>
    date ? date.getTime() / 1000 : undefined
  return {
    next: (after) => seconds(job.nextRun(new Date(after * 1000))),
    // A slot that is due at this very second counts as past.
    previous: (at) => seconds(job.previousRuns(1, new Date(Math.floor(at) * 1000 + 1000))[0]),
  }
}

const expected = 'expected a cron expression such as "5 * * * *"'

/** An expression of five fields, or of six with seconds in front, that comes due at some time. */
export const cron = z.string({ error: expected }).superRefine((text, context) => {
  const problem = findProblem(text)
  if (problem) context.addIssue({ code: 'custom', message: `${expected} (${problem})` })
})

/** A name from the IANA database; each has its own rules for daylight saving. */
export const timezone = z
  .string({ error: 'expected a time zone such as Asia/Taipei' })
  .refine(isTimezone, 'expected a time zone such as Asia/Taipei')

function findProblem(text: string): string | undefined {
  // croner also reads a date as a schedule that is due once.
  if (/^\d{4}-/.test(text)) return 'a date is due only once'
  const fields = text.trim().split(/\s+/).length
  if (!text.startsWith('@') && fields !== 5 && fields !== 6)
    return `five fields, or six with seconds in front, not ${fields}`
  try {
    const next = openSlots(text, 'UTC').next(Date.UTC(2026, 0, 1) / 1000)
    return next === undefined ? 'this one never comes due' : undefined
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error)
  }
}

function isTimezone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Whether clocks in `zone` are set forward or back within `within` seconds of `at`. */
export function isNearClockChange(zone: string, at: number, within: number): boolean {
  return offsetText(zone, at - within) !== offsetText(zone, at + within)
}

function offsetText(zone: string, at: number): string | undefined {
  const format =
    formats.get(zone) ?? new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
  formats.set(zone, format)
  return format.formatToParts(at * 1000).find(({ type }) => type === 'timeZoneName')?.value
}
