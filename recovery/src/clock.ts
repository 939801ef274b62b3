// Whether somebody has set the clock: an hour that did not pass must not end a cooldown.
import { append } from './desk.ts'
import type { Desk } from './desk.ts'

/** Clocks that are kept right move by less between two rounds. */
const toleratedSeconds = 30

/** To be called in each round; a clock that was set holds all actions as a start does. */
export function createClockWatch(desk: Desk): () => void {
  const { clock, uptime, log } = desk
  let expected = clock() - uptime()
  return () => {
    const seconds = clock() - uptime() - expected
    if (Math.abs(seconds) <= toleratedSeconds) return
    append(desk, { type: 'clock_moved', at: clock(), seconds })
    log.warn('the clock was set', { seconds })
    expected += seconds
  }
}
