// A round: what is under way is verified, what is open is considered, and people are told what they have to know.
import { interrupted } from './attempt.ts'
import { createCalls } from './calls.ts'
import { bootOf, noticeSetClock, noticeSetWhileAway } from './clock.ts'
import { considerAll } from './consideration.ts'
import { append } from './desk.ts'
import type { Desk } from './desk.ts'
import { verifyAttempts } from './verification.ts'

export interface Engine {
  /** Once, before the first round. */
  begin(version: string): void
  round(): Promise<void>
  /** Before anything is stored with a time of its own. */
  followClock(): void
  /** Resolves when no call is under way any more. */
  idle(): Promise<void>
}

export function createEngine(desk: Desk): Engine {
  const { journal, escalation, clock, time, boot, log } = desk
  const calls = createCalls(desk)
  const healthyRounds = new Map<string, number>()

  /** What is remembered moves with it, and actions are held as after a start. */
  function followClock(): void {
    const event = noticeSetClock(time, boot)
    if (event?.type !== 'clock_moved') return
    append(desk, event)
    time.follow(event.seconds)
    log.warn('the clock was set, or the machine has slept', { seconds: event.seconds })
  }

  return {
    followClock,
    begin(version) {
      const now = clock()
      const setAway = noticeSetWhileAway(journal.state, now, boot())
      if (setAway) append(desk, setAway)
      const cutOff = journal.wasCutOff ? ({ cut_off: true } as const) : {}
      const started = {
        type: 'started',
        at: now,
        version,
        ...cutOff,
        ...bootOf(journal.state, boot()),
      } as const
      append(desk, started, ...interrupted(journal.state, now))
    },
    async round() {
      try {
        calls.storeLate()
        followClock()
        await verifyAttempts(desk, healthyRounds)
        await considerAll(desk, calls)
      } finally {
        await escalation.announce(journal.state, clock())
      }
    },
    idle: () => calls.idle(),
  }
}
