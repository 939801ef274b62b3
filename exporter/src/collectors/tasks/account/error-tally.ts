// Failed runs by the class of their error. A class that was not expected begins at 0: Prometheus cannot see growth in a
// series that begins with its first event.
import type { ErrorClass } from './error-class.ts'

export interface ErrorTally {
  readonly errors: Record<string, number>
  /** Events of classes that no page has shown yet. */
  readonly unseenErrors: Record<string, number>
}

// So many that no real task has more, so few that errors with invented codes do not fill the page.
const keptUnexpected = 20

export function countError(tally: ErrorTally, expected: readonly string[], found: ErrorClass): string {
  const { errors, unseenErrors } = tally
  const { name, family } = found
  const isExpected = expected.includes(name)
  const unexpected = new Set(
    [...Object.keys(errors), ...Object.keys(unseenErrors)].filter((known) => !expected.includes(known)),
  )
  const chosen = isExpected || unexpected.has(name) || unexpected.size < keptUnexpected ? name : family
  const counts = isExpected || chosen === family || Object.hasOwn(errors, chosen) ? errors : unseenErrors
  counts[chosen] = countOf(counts, chosen) + 1
  return chosen
}

/** A class may be called `constructor`. */
function countOf(counts: Readonly<Record<string, number>>, name: string): number {
  return Object.hasOwn(counts, name) ? (counts[name] ?? 0) : 0
}

export function showErrors({ errors, unseenErrors }: ErrorTally, isHistory: boolean): void {
  for (const [name, count] of Object.entries(unseenErrors)) {
    if (Object.hasOwn(errors, name) || isHistory) {
      errors[name] = countOf(errors, name) + count
      delete unseenErrors[name]
    } else {
      errors[name] = 0
    }
  }
}
