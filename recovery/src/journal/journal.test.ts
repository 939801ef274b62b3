import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JournalEvent } from '../state/event.ts'
import { firstLink, forge } from './chain.ts'
import { readJournal } from './files.ts'
import { openJournal } from './journal.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'watchpost-journal-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const pause = (at: number): JournalEvent => ({ type: 'paused', at, actor: `person ${at}` })
const file = (): string => join(directory, 'journal-000001.jsonl')

function fill(count: number): void {
  const journal = openJournal(directory)
  for (let at = 1; at <= count; at += 1) journal.append([pause(at)])
  journal.close()
}

test('what was stored is there after the next start', () => {
  fill(3)
  const journal = openJournal(directory)
  expect(journal.state.paused).toEqual({ actor: 'person 3', at: 3 })
  journal.close()
})

test('a record that was cut off is dropped, and the next one follows the last whole one', () => {
  fill(2)
  const whole = readFileSync(file(), 'utf8')
  appendFileSync(file(), '{"seq":3,"prev_hash":"ab')
  const journal = openJournal(directory)
  journal.append([pause(9)])
  journal.close()
  expect(readFileSync(file(), 'utf8').startsWith(whole)).toBe(true)
  expect(readJournal(directory)).toMatchObject({ problem: undefined, link: { seq: 3 } })
})

test.each([
  ['changed', (text: string) => text.replace('person 2', 'person 8'), ':2: it does not have the hash'],
  ['removed', (text: string) => text.split('\n').toSpliced(1, 1).join('\n'), ':2: it does not follow'],
  ['cut off in the middle', (text: string) => text.replace('person 2', ''), ':2: it does not have the hash'],
  ['put in', (text: string) => text.replace('\n', '\n{"type":"resumed"}\n'), ':2: it is not a whole record'],
])('a record that was %s is found, and nothing goes on from there', (_what, change, problem) => {
  fill(3)
  writeFileSync(file(), change(readFileSync(file(), 'utf8')))
  expect(readJournal(directory).problem).toContain(`journal-000001.jsonl${problem}`)
  expect(() => openJournal(directory)).toThrow('is damaged')
})

test('two processes cannot use one journal', () => {
  const first = openJournal(directory)
  expect(() => openJournal(directory)).toThrow('is in use by another process')
  first.close()
  openJournal(directory).close()
})

test('a full file is followed by one that begins with all that is known', () => {
  const journal = openJournal(directory)
  const actor = 'x'.repeat(1_000_000)
  for (let at = 1; at <= 18; at += 1) journal.append([{ type: 'paused', at, actor }])
  journal.append([pause(19)])
  journal.close()
  // The first file may be put away.
  rmSync(file())
  const again = openJournal(directory)
  expect(again.state.paused?.at).toBe(19)
  expect(readJournal(directory).link.seq).toBe(20)
  again.close()
})

test.each([
  ['removed', () => rmSync(file())],
  ['moved away', () => renameSync(file(), `${file()}.old`)],
  [
    'replaced',
    () => {
      copyFileSync(file(), `${file()}.new`)
      renameSync(`${file()}.new`, file())
    },
  ],
])('a file that was %s while it is written to takes nothing more', (_what, meddle) => {
  const journal = openJournal(directory)
  journal.append([pause(1)])
  meddle()
  expect(() => journal.append([pause(2)])).toThrow('could not be written')
  expect(journal).toMatchObject({ isBroken: true, state: { paused: { at: 1 } } })
  journal.close()
})

test('where a journal was, an empty folder is no new beginning: what was paused would go on', () => {
  fill(1)
  rmSync(file())
  expect(() => openJournal(directory)).toThrow('is damaged: all of its files are gone')
})

function write(number: number, ...events: object[]): void {
  let link = firstLink
  const lines = events.map((event) => {
    const forged = forge(event as JournalEvent, link)
    link = forged.link
    return `${forged.line}\n`
  })
  writeFileSync(join(directory, `journal-00000${number}.jsonl`), lines.join(''))
}

test('a record of a newer version is not built upon', () => {
  write(1, pause(1), { type: 'promoted', at: 2 })
  expect(() => openJournal(directory)).toThrow(
    'journal-000001.jsonl:2: a version that knows more has written it',
  )
})

test('files may be put away only up to a checkpoint', () => {
  write(2, pause(1))
  expect(() => openJournal(directory)).toThrow('journal-000002.jsonl:1: it is no checkpoint')
})

test('that the last record was cut off is known after the start', () => {
  fill(2)
  appendFileSync(file(), '{"seq":3')
  const journal = openJournal(directory)
  expect(journal.wasCutOff).toBe(true)
  journal.close()
})
