// One failure is not yet an outage: `confirm: 2 of 3` waits for a second one among the last three.
import { z } from 'zod'
import { remember } from '../collector.ts'

export interface Confirm {
  readonly failures: number
  readonly of: number
}

const message = 'expected how many of how many, such as 2 of 3'

export const confirm = z
  .string({ error: message })
  .regex(/^[1-9]\d? of [1-9]\d?$/, message)
  .transform((text): Confirm => {
    const [failures = 1, of = 1] = text.split(' of ').map(Number)
    return { failures, of }
  })
  .refine(({ failures, of }) => failures <= of, message)

/** Takes the newest verdict and says whether failure is confirmed by it and those before. */
export type Confirmation = (failed: boolean) => boolean

interface Seen {
  readonly recent: boolean[]
  isConfirmed: boolean
}

/**
 * A confirmed failure ends when the whole window is free of failures: a target that flaps stays failed.
 * Continues from before a reload under the same key. Without a rule every verdict counts at once.
 */
export function createConfirmation(
  memory: Map<string, unknown>,
  key: string,
  rule: Confirm = { failures: 1, of: 1 },
): Confirmation {
  const create = (): Seen => ({ recent: [], isConfirmed: false })
  const seen = remember<Seen>(memory, `confirmation\u0000${key}`, create)
  return (failed) => {
    seen.recent.push(failed)
    while (seen.recent.length > rule.of) seen.recent.shift()
    const failures = seen.recent.filter(Boolean).length
    seen.isConfirmed = seen.isConfirmed ? failures > 0 : failures >= rule.failures
    return seen.isConfirmed
  }
}
