// The journal: intake queue, memory and audit log in one. What `append` has returned from is on the disk.
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { JournalEvent } from '../state/event.ts'
import { freeze, reduce } from '../state/reduce.ts'
import { emptyState } from '../state/state.ts'
import type { State } from '../state/state.ts'
import { forge } from './chain.ts'
import { fileName, readJournal } from './files.ts'
import type { JournalReading } from './files.ts'

const closed = -1
const lockName = 'lock'
const maxFileBytes = 16 * 1_048_576

/** Opens it, or says why it must not be used. */
export function openJournal(directory: string): Journal {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const isFirst = !existsSync(join(directory, lockName))
  const lock = takeLock(directory)
  const found = readFound(directory, isFirst)
  if (found.problem === undefined) return new Journal(directory, lock, found)
  lock.close()
  throw new Error(
    `the journal in ${directory} is damaged: ${found.problem}; keep it, and start with another --storage.path`,
  )
}

/** Where one was before, there is one: without it, nobody would know what was paused and what was done. */
function readFound(directory: string, isFirst: boolean): JournalReading {
  const found = readJournal(directory)
  const isThere = found.last !== undefined || found.problem !== undefined
  return isFirst || isThere ? found : { ...found, problem: 'all of its files are gone' }
}

export class Journal {
  /** Whether the last record was cut off when it was opened: the process had ended while it wrote, or somebody cut it. */
  readonly wasCutOff: boolean
  readonly #directory: string
  readonly #lock: DatabaseSync
  #state: State
  #link: JournalReading['link']
  #number: number
  #sizeBytes: number
  #file: number
  /** There may be half a record at the end, which must not stay in front of the next one. */
  #isTorn: boolean
  #isBroken = false
  #failures = 0

  constructor(directory: string, lock: DatabaseSync, found: JournalReading) {
    this.#directory = directory
    this.#lock = lock
    this.#state = found.events.reduce(reduce, emptyState)
    this.#link = found.link
    this.#number = found.last?.number ?? 1
    this.#sizeBytes = found.last?.sizeBytes ?? 0
    this.#file = openFile(directory, this.#number)
    this.#isTorn = found.isTorn
    this.wasCutOff = found.isTorn
    this.#mend()
  }

  get state(): State {
    return this.#state
  }

  /** How often storing failed. */
  get failures(): number {
    return this.#failures
  }

  /** Whether the last try to store something failed. */
  get isBroken(): boolean {
    return this.#isBroken
  }

  /** All of them or none; throws where they could not be stored, and then nothing has changed. */
  append(events: readonly JournalEvent[]): void {
    const [first] = events
    if (!first) return
    if (this.#sizeBytes > maxFileBytes) this.#rotate(first.at)
    this.#write(events)
  }

  close(): void {
    closeSync(this.#file)
    // The number may soon be that of another file.
    this.#file = closed
    this.#lock.close()
  }

  #write(events: readonly JournalEvent[]): void {
    let next = this.#link
    let text = ''
    for (const event of events) {
      const forged = forge(event, next)
      next = forged.link
      text += `${forged.line}\n`
    }
    try {
      this.#mend()
      this.#demandPlace()
      this.#isTorn = true
      writeAll(this.#file, text)
      fsyncSync(this.#file)
      this.#isTorn = false
      this.#isBroken = false
    } catch (error) {
      this.#failures += 1
      this.#isBroken = true
      this.#tryToMend()
      throw new Error(`the journal ${fileName(this.#number)} could not be written`, { cause: error })
    }
    this.#link = next
    this.#sizeBytes += Buffer.byteLength(text)
    this.#state = events.reduce(reduce, this.#state)
  }

  /** What is written to a file that was removed or replaced is read by nobody. */
  #demandPlace(): void {
    const path = join(this.#directory, fileName(this.#number))
    const there = statSync(path, { throwIfNoEntry: false })
    if (there?.ino === fstatSync(this.#file).ino) return
    throw new Error(`${path}: expected the file that was opened, but it is gone or another one`)
  }

  #tryToMend(): void {
    try {
      this.#mend()
    } catch {
      // The next write tries again, and writes nothing before it has succeeded.
    }
  }

  #mend(): void {
    if (this.#isTorn) ftruncateSync(this.#file, this.#sizeBytes)
    this.#isTorn = false
  }

  /** The new file begins with all that the ones before it came to. */
  #rotate(at: number): void {
    const previous = { file: this.#file, sizeBytes: this.#sizeBytes }
    this.#number += 1
    this.#file = openFile(this.#directory, this.#number)
    this.#sizeBytes = 0
    // There may be what is left of an earlier try.
    this.#isTorn = true
    try {
      this.#write([{ type: 'checkpoint', at, state: freeze(this.#state) }])
      closeSync(previous.file)
    } catch (error) {
      closeSync(this.#file)
      this.#number -= 1
      this.#file = previous.file
      this.#sizeBytes = previous.sizeBytes
      throw error
    }
  }
}

function openFile(directory: string, number: number): number {
  const file = openSync(join(directory, fileName(number)), 'a', 0o600)
  // The name of a new file is kept by the folder, which has to be stored as well.
  const folder = openSync(directory, 'r')
  fsyncSync(folder)
  closeSync(folder)
  return file
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text)
  let written = 0
  while (written < bytes.length) written += writeSync(file, bytes, written)
}

/** SQLite's lock is the system's own: it goes with the process, however that ends. */
function takeLock(directory: string): DatabaseSync {
  const lock = new DatabaseSync(join(directory, lockName))
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock.close()
    throw new Error(`${directory} is in use by another process`, { cause: error })
  }
}
