// Names to addresses by the system's own resolver, so that what we find is what every other program finds.
import { lookup } from 'node:dns'
import type { LookupAddress } from 'node:dns'
import type { Course } from '../outcome.ts'

export type IpFamily = 4 | 6
type Answer = (error: Error | null, addresses: readonly LookupAddress[]) => void

const underWay = new Map<string, Answer[]>()

/**
 * The system resolver blocks a thread of a small pool for each question, so the same question asked
 * twice at once is asked once: a name whose server hangs holds one thread however often it is probed.
 */
export function resolve(host: string, family: IpFamily | undefined, answer: Answer): void {
  const key = `${family ?? ''} ${host}`
  const waiting = underWay.get(key)
  if (waiting) {
    waiting.push(answer)
    return
  }
  const all = [answer]
  underWay.set(key, all)
  lookup(host, { all: true, family: family ?? 0 }, (error, addresses) => {
    underWay.delete(key)
    for (const each of all) each(error, error ? [] : addresses)
  })
}

/** The first address of `host`, where no connection comes after it that would try the others. */
export function lookUp(host: string, family: IpFamily | undefined, course: Course): Promise<string> {
  const { promise, resolve: settle, reject } = Promise.withResolvers<string>()
  course.onCut(() => reject(new Error('time was up')))
  resolve(host, family, (error, [first]) => {
    if (first) settle(first.address)
    else reject(error ?? new Error(`${host} has no address`))
  })
  return promise
}
