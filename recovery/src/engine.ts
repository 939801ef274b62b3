// A round: what is under way is verified, what is open is considered, and people are told what they have to know.
import { interrupted } from './attempt.ts'
import { createCalls } from './calls.ts'
import { createClockWatch } from './clock.ts'
import { considerAll } from './consideration.ts'
import { append } from './desk.ts'
import type { Desk } from './desk.ts'
import { verifyAttempts } from './verification.ts'

export interface Engine {
  /** Once, before the first round. */
  begin(version: string): void
  round(): Promise<void>
  /** Resolves when no call is under way any more. */
  idle(): Promise<void>
}

export function createEngine(desk: Desk): Engine {
  const { journal, escalation, clock } = desk
  const calls = createCalls(desk)
  const noticeClock = createClockWatch(desk)
  const healthyRounds = new Map<string, number>()
  return {
    begin(version) {
      const now = clock()
      const cutOff = journal.wasCutOff ? ({ cut_off: true } as const) : {}
      append(desk, { type: 'started', at: now, version, ...cutOff }, ...interrupted(journal.state, now))
    },
    async round() {
      try {
        calls.storeLate()
        noticeClock()
        await verifyAttempts(desk, healthyRounds)
        await considerAll(desk, calls)
      } finally {
        await escalation.announce(journal.state, clock())
      }
    },
    idle: () => calls.idle(),
  }
}
