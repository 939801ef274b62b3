// Waiting for what takes its time, instead of sleeping and hoping.
import { setTimeout as delay } from 'node:timers/promises'

/** Resolves to the first answer that is neither undefined nor false; what is not so in time is named. */
export async function waitFor<T>(
  description: string,
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutSeconds = 30,
): Promise<T> {
  const deadline = Date.now() + timeoutSeconds * 1000
  let last: unknown
  do {
    try {
      const answer = await condition()
      if (answer !== undefined && answer !== false) return answer
      last = undefined
    } catch (error) {
      last = error
    }
    await delay(200)
  } while (Date.now() < deadline)
  throw new Error(`not so within ${timeoutSeconds} s: ${description}`, { cause: last })
}
