// Reading the audit log: whether it is whole, and what it says of the past.
import { readJournal } from './journal/files.ts'
import type { JournalEvent } from './state/event.ts'

interface Audit {
  /** Why it cannot be relied on, or undefined where it can. */
  readonly problem: string | undefined
  /** The last record is half a one. */
  readonly isCutOff: boolean
  readonly records: number
  readonly lastHash: string
  readonly hashes: ReadonlySet<string>
  readonly events: readonly JournalEvent[]
}

export function readAudit(directory: string): Audit {
  const { events, hashes, link, problem, isTorn } = readJournal(directory)
  return { problem, isCutOff: isTorn, hashes, records: events.length, lastHash: link.hash, events }
}

/** A line for a person; what an alert brought along is never printed raw. */
export function describeEvent({ type, at, ...fields }: JournalEvent): string {
  const shown = Object.entries(fields)
    .filter(([name]) => name !== 'state' && name !== 'labels')
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return [new Date(at * 1000).toISOString(), type.padEnd(9), ...shown].join(' ').slice(0, 500)
}
