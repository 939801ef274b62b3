import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { catalogue } from './catalogue/catalogue.ts'
import type { Cause } from './catalogue/catalogue.ts'
import { down, find, service } from './testing.ts'
import { reportDiagnosis } from './report.ts'
import { languages } from './text.ts'
import { wordFinding } from './wording.ts'

const entries = Object.entries(catalogue) as [Cause, (typeof catalogue)[Cause]][]
const places = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].toSorted()

test.each(entries)('%s says the same in both languages, and what to do', (_cause, entry) => {
  const texts = [entry.summary, ...entry.causes, ...entry.actions.map(([purpose]) => purpose)]
  for (const [english, chinese] of texts) {
    expect(places(english)).toEqual(places(chinese))
    expect(english).toMatch(/^[\x20-\x7E]+$/)
    expect(chinese).not.toBe('')
  }
  expect(entry.causes.length).toBeGreaterThan(0)
  expect(entry.actions.length).toBeGreaterThan(0)
})

test.each(entries)('commands of %s quote what they are filled in with', (_cause, entry) => {
  for (const [, command] of entry.actions) {
    // Inside quotes a quoted value would end them: only numbers of ours may stand there.
    const quoted = [...command.matchAll(/"[^"]*"|'[^']*'/g)].flatMap(([text]) => places(text))
    expect(quoted.filter((place) => !['{blockerPid}', '{localPort}'].includes(place))).toEqual([])
  }
})

test('every cause is in the docs', async () => {
  const docs = await readFile(join(import.meta.dirname, '../../../docs/diagnosis.md'), 'utf8')
  expect(entries.map(([cause]) => cause).filter((cause) => !docs.includes(`\`${cause}\``))).toEqual([])
})

test('what others answer can neither write to the terminal nor run in a shell', () => {
  const evil = "we'b $(reboot)\u001B[2J"
  const failed = { status: 'error', reason: 'assertion', detail: evil } as const
  const [finding] = find({ services: [service(evil, failed)] })
  if (!finding) throw new Error('expected a finding')
  for (const language of languages)
    expect(reportDiagnosis(wordFinding(finding, language), language)).not.toContain('\u001B')
  const commands = wordFinding(finding, 'en').suggestedActions.map(({ command }) => command)
  expect(commands).toEqual([String.raw`watchpost probe 'we'\''b $(reboot) [2J'`])
})

test('a command that lacks a fact is left out', () => {
  const [finding] = find({ services: [service('web', down)] })
  if (!finding) throw new Error('expected a finding')
  const commands = wordFinding(finding, 'en').suggestedActions.map(({ command }) => command)
  expect(commands).toEqual([
    'docker compose ps --all web',
    'docker compose logs --tail=100 web',
    'docker compose restart web',
  ])
})

test('a report names cause, evidence and commands', () => {
  const [finding] = find({ services: [service('web', down)] })
  if (!finding) throw new Error('expected a finding')
  expect(reportDiagnosis(wordFinding(finding, 'zh-TW'), 'zh-TW')).toContain('連線被拒絕')
  expect(reportDiagnosis(wordFinding(finding, 'en'), 'en')).toContain(
    'BROKEN  TCP: connect ECONNREFUSED 10.0.0.7:8000\n            expected: the connection is accepted',
  )
})
