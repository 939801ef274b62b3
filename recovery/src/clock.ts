// Time that nobody can set: what is remembered must not grow old by an hour that did not pass.
import { readFileSync } from 'node:fs'
import { uptime as machineUptime } from 'node:os'
import type { Boot, JournalEvent } from './state/event.ts'
import type { State } from './state/state.ts'

export interface SteadyClock {
  /** Unix seconds: those of the machine's clock at the start, and the seconds that have passed since. */
  readonly now: () => number
  /** How far the machine's clock has been set since it was last followed. */
  readonly drift: () => number
  /** For how long the machine has slept since then. */
  readonly slept: () => number
  readonly follow: (seconds: number) => void
}

interface Clocks {
  /** Unix seconds, as the machine has them; somebody may set them. */
  readonly wall: () => number
  /** Seconds that the machine has been there, asleep or awake; nobody can set them. */
  readonly uptime: () => number
  /** The same without its sleep, from any moment on. */
  readonly awake: () => number
}

export function createSteadyClock({ wall, uptime, awake }: Clocks): SteadyClock {
  let offset = wall() - uptime()
  let asleep = uptime() - awake()
  return {
    now: () => uptime() + offset,
    drift: () => wall() - uptime() - offset,
    slept: () => uptime() - awake() - asleep,
    follow(seconds) {
      offset += seconds
      asleep = uptime() - awake()
    },
  }
}

/** Those of this machine. */
export function machineClocks(wall: () => number): Clocks {
  return { wall, uptime: machineUptime, awake: () => performance.now() / 1000 }
}

const bootIdFile = '/proc/sys/kernel/random/boot_id'

/** Undefined where the machine does not tell one start of its own from another. */
export function readBoot(wall: () => number): Boot | undefined {
  try {
    return { id: readFileSync(bootIdFile, 'utf8').trim(), at: wall() - machineUptime() }
  } catch {
    return undefined
  }
}

/** A clock that is kept right is slowed and sped up, and both clocks with it; it is not set. */
const toleratedSeconds = 2

/** To be stored, and only then followed. A machine that wakes is no better known than one that was just started. */
export function noticeSetClock(clock: SteadyClock, boot: () => Boot | undefined): JournalEvent | undefined {
  const drift = clock.drift()
  const seconds = Math.abs(drift) > toleratedSeconds ? drift : 0
  if (seconds === 0 && clock.slept() <= toleratedSeconds) return undefined
  return moved(clock.now() + seconds, seconds, boot())
}

// What two readings of one clock may differ by.
const toleratedAwaySeconds = 1

/**
 * Whether it was set while nobody looked. As long as the machine has not been started anew it knows for how long it has
 * run. After that only a clock that is behind what is remembered is known to be wrong.
 */
export function noticeSetWhileAway(
  state: State,
  now: number,
  boot: Boot | undefined,
): JournalEvent | undefined {
  const { boot: before } = state
  const seconds = boot && before?.id === boot.id ? boot.at - before.at : Math.min(now - latestOf(state), 0)
  return Math.abs(seconds) <= toleratedAwaySeconds ? undefined : moved(now, seconds, boot)
}

function moved(at: number, seconds: number, boot: Boot | undefined): JournalEvent {
  return { type: 'clock_moved', at, seconds, ...(boot ? { boot } : {}) }
}

/** The start that is remembered goes on being compared with, or many small steps would make an unseen large one. */
export function bootOf(state: State, boot: Boot | undefined): { readonly boot?: Boot } {
  if (!boot) return {}
  return { boot: state.boot?.id === boot.id ? state.boot : boot }
}

function latestOf({ startedAt, episodes, attempts, marks }: State): number {
  const times = [
    startedAt,
    ...[...episodes.values()].flatMap((one) => [one.received_at, one.decided_at, one.closed?.at]),
    ...attempts.flatMap((one) => [one.at, one.acted_at, one.verified_at]),
    ...marks.map((mark) => mark.at),
  ]
  return Math.max(0, ...times.flatMap((time) => time ?? []))
}
