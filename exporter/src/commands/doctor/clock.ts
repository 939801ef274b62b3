// Two clocks that differ make alerts late, silences wrong and the last values of graphs vanish.
import { readClock } from '../../upstream.ts'
import { finding, skipped, well } from './check.ts'
import type { Check } from './check.ts'

const toleratedSeconds = 5

export async function checkClock(program: string, base: string): Promise<Check> {
  const subject = `clock of ${program}`
  const before = Date.now() / 1000
  const theirs = await readClock(base)
  if (theirs === undefined) return skipped(subject, 'it does not tell')
  return judgeClock(subject, theirs, { before, after: Date.now() / 1000 })
}

/** The time they tell is cut to whole seconds, and from somewhere between question and answer. */
export function judgeClock(
  subject: string,
  theirs: number,
  { before, after }: { readonly before: number; readonly after: number },
): Check {
  const ahead = Math.max(0, theirs - after)
  const behind = Math.max(0, before - (theirs + 1))
  const apart = Math.max(ahead, behind)
  if (apart <= toleratedSeconds) return well(subject, `agrees with ours within ${toleratedSeconds} s`)
  return finding(
    subject,
    `${apart.toFixed(0)} s ${ahead > behind ? 'ahead of' : 'behind'} ours`,
    'let NTP set the clocks of both machines',
  )
}
