// The files of the journal in their order, and reading them from the first record to the last.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { JournalEvent } from '../state/event.ts'
import { firstLink, readLine } from './chain.ts'
import type { Link } from './chain.ts'

const form = /^journal-(\d{6})\.jsonl$/

export function fileName(number: number): string {
  return `journal-${String(number).padStart(6, '0')}.jsonl`
}

/** Numbers of the files that are there. */
export function listFiles(directory: string): number[] {
  if (!existsSync(directory)) return []
  const numbers = readdirSync(directory).flatMap((file) => form.exec(file)?.[1] ?? [])
  return numbers.map(Number).toSorted((a, b) => a - b)
}

/** Records before it may be put away, but only with the checkpoint that sums them up. */
function checkStart(record: ReturnType<typeof readLine>, isStart: boolean): ReturnType<typeof readLine> {
  const isWrong = isStart && typeof record !== 'string' && record.event.type !== 'checkpoint'
  return isWrong ? 'it is no checkpoint, and what was before it is gone' : record
}

export interface JournalReading {
  readonly events: readonly JournalEvent[]
  readonly link: Link
  readonly hashes: ReadonlySet<string>
  /** Of the last file: its number, and how much of it is whole records. */
  readonly last: { readonly number: number; readonly sizeBytes: number } | undefined
  /** A last record that was cut off while it was written. Nobody was told that it had been stored. */
  readonly isTorn: boolean
  readonly problem: string | undefined
}

interface Ending {
  readonly isTorn?: boolean
  readonly problem?: string
}

export function readJournal(directory: string): JournalReading {
  const numbers = listFiles(directory)
  const events: JournalEvent[] = []
  const hashes = new Set<string>()
  let link = firstLink
  let last: JournalReading['last']
  const ending = ({ isTorn = false, problem }: Ending): JournalReading => ({
    events,
    hashes,
    link,
    last,
    isTorn,
    problem,
  })
  for (const number of numbers) {
    const isLastFile = number === numbers.at(-1)
    const bytes = readFileSync(join(directory, fileName(number)))
    const end = bytes.lastIndexOf(0x0a) + 1
    const lines = bytes.toString('utf8', 0, end).split('\n').slice(0, -1)
    for (const [index, line] of lines.entries()) {
      // A file after the first begins with all that the ones before it came to, so they may be put away.
      const isStart = index === 0 && events.length === 0 && number > 1
      const record = checkStart(readLine(line, isStart ? undefined : link), isStart)
      if (typeof record === 'string') {
        return ending({ problem: `${fileName(number)}:${index + 1}: ${record}` })
      }
      events.push(record.event)
      link = record.link
      hashes.add(link.hash)
    }
    last = { number, sizeBytes: end }
    if (end < bytes.length) {
      if (isLastFile) return ending({ isTorn: true })
      return ending({ problem: `${fileName(number)}:${lines.length + 1}: it is cut off` })
    }
  }
  return ending({})
}
