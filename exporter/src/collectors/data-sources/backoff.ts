// When to ask again after having been told to wait.

export interface Backoff {
  /** Until when nothing may be asked, in Unix seconds; undefined when it may. */
  until(now: number): number | undefined
  /** We were refused for having asked too often; `asked` is until when the source asked us to wait. */
  refuse(now: number, asked: number | undefined): void
  /** Nothing is left until then, though we were not refused yet. */
  wait(until: number): void
  clear(): void
}

const firstSeconds = 30
const mostSeconds = 3_600

/** `random` gives numbers from 0 to 1, so that several exporters do not come back at the same moment. */
export function createBackoff(random: () => number = Math.random): Backoff {
  let refusals = 0
  let until: number | undefined
  return {
    until: (now) => (until !== undefined && until > now ? until : undefined),
    refuse(now, asked) {
      const seconds = Math.min(mostSeconds, firstSeconds * 2 ** refusals)
      refusals += 1
      // A time that is over already is no answer to the question how long to wait.
      until = asked !== undefined && asked > now ? asked : now + seconds * (1 + random() / 4)
    },
    wait(time) {
      until = time
    },
    clear() {
      refusals = 0
      until = undefined
    },
  }
}
