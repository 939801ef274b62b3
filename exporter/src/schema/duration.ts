import { z } from 'zod'

const secondsPer = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const
const part = /(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g
const whole = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+$/

/** A length of time as Prometheus writes it (`500ms`, `5s`, `1h30m`), in seconds. */
export const duration = z
  .string({ error: 'expected a duration such as 500ms, 5s or 1h30m' })
  .regex(whole, 'expected a duration such as 500ms, 5s or 1h30m')
  .transform(parseDuration)

const longest = 600

/** How long something may be waited for. Beyond weeks a timer would fire at once, and no scraper waits so long. */
export const timeLimit = duration.refine(
  (seconds) => seconds > 0 && seconds <= longest,
  'expected a duration above 0 and up to 10m',
)

/** Seconds of a text that `duration` accepts. */
function parseDuration(text: string): number {
  let seconds = 0
  for (const [, amount, unit] of text.matchAll(part)) {
    seconds += Number(amount) * secondsPer[unit as keyof typeof secondsPer]
  }
  return seconds
}
