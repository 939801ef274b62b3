// `npm run proof:dashboards`: every query of every panel against the demo fleet and a real Prometheus. A panel without
// data fails the proof, unless it is declared empty until something happens; then that is made to happen.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setTimeout as delay } from 'node:timers/promises'
import { annotationQueries } from '../annotations.ts'
import { series } from '../queries.ts'
import { ask } from './ask.ts'
import { startDemo } from './demo.ts'
import type { Demo } from './demo.ts'
import { breakAll, canFill, explainsOthers } from './faults.ts'
import type { Fault } from './faults.ts'
import type { Verdict } from './judge.ts'
import { followPaths, paths } from './paths.ts'
import type { Panel } from '../panels/panel.ts'
import { secondsUntilPast, writePast } from './past.ts'
import { rehearse } from './rehearsal.ts'
import { walk } from './walk.ts'
import type { Server } from './walk.ts'

const { values } = parseArgs({ options: { 'patience-seconds': { type: 'string', default: '240' } } })
const patienceSeconds = Number(values['patience-seconds'])

function say(line: string): void {
  const seconds = Math.round(performance.now() / 1000)
  process.stdout.write(`${String(seconds).padStart(3)} s  ${line}\n`)
}

/** What was found of each panel at any time: empty only if it always was, and with all of its problems. */
type Findings = Map<string, Verdict>

function keep(findings: Findings, verdicts: readonly Verdict[]): void {
  for (const verdict of verdicts) {
    const before = findings.get(keyOf(verdict))
    const isEmpty = verdict.isEmpty && (before?.isEmpty ?? true)
    const problems = [...new Set([...(before?.problems ?? []), ...verdict.problems])]
    findings.set(keyOf(verdict), { ...verdict, isEmpty, problems })
  }
}

function keyOf({ dashboard, panel }: Verdict): string {
  return `${dashboard} ${panel.id}`
}

/** Asks again until no chosen panel is empty, or patience ends. */
async function settle(server: Server, findings: Findings, wanted: (panel: Panel) => boolean): Promise<void> {
  const deadline = Date.now() + patienceSeconds * 1000
  let said = ''
  keep(findings, await walk(server, () => true))
  while (Date.now() < deadline) {
    const open = [...findings.values()].filter(({ isEmpty, panel }) => isEmpty && wanted(panel)).map(keyOf)
    if (open.length === 0) return
    const waiting = `waiting for ${open.length} panels: ${open.slice(0, 5).join(', ')}`
    if (waiting !== said) say(waiting)
    said = waiting
    await delay(1000)
    const asked = new Set(open)
    keep(findings, await walk(server, (panel, dashboard) => asked.has(`${dashboard} ${panel.id}`)))
  }
}

async function annotationProblems(server: Server): Promise<readonly string[]> {
  const asking = { ...server, now: Date.now() / 1000, variables: {} }
  const answers = await Promise.all(annotationQueries.map((expr) => ask(series(expr, ''), asking)))
  return answers.flatMap(({ error, query }) =>
    error === undefined ? [] : [`annotation: ${error}: ${query}`],
  )
}

function report(findings: Findings, lost: readonly string[]): number {
  const verdicts = [...findings.values()]
  const blank = verdicts.filter(({ isEmpty }) => isEmpty)
  const mustFill = ({ panel }: Verdict): boolean =>
    panel.emptyUntil === undefined || canFill(panel.emptyUntil)
  const failed = verdicts.filter(({ problems }) => problems.length > 0)
  for (const verdict of blank) {
    const found = mustFill(verdict) ? 'empty' : 'not shown'
    say(`${found}: ${titleOf(verdict)}, empty until ${verdict.panel.emptyUntil ?? 'it is asked'}`)
  }
  for (const verdict of failed) {
    for (const problem of verdict.problems) say(`failed: ${titleOf(verdict)}: ${problem}`)
  }
  for (const path of lost) say(`failed: ${path}`)
  const empty = blank.filter(mustFill).length
  process.stdout.write(`panels ${verdicts.length}, empty ${empty}, failed ${failed.length + lost.length}\n`)
  return empty + failed.length + lost.length === 0 ? 0 : 1
}

function titleOf({ dashboard, panel }: Verdict): string {
  return `${dashboard} ${panel.id} ${panel.text.title.en}`
}

async function prove({ stack, server, present }: Demo): Promise<number> {
  const findings: Findings = new Map()
  say('asking while all is well')
  const remembering = delay(secondsUntilPast * 1000).then(() => writePast(present))
  const rehearsing = rehearse(stack, patienceSeconds)
  await settle(server, findings, ({ emptyUntil }) => emptyUntil === undefined)
  say('waiting for recovery to heal a fault')
  await rehearsing
  await remembering
  const lost: string[] = []
  for (const isLast of [false, true]) {
    const isNow = (fault: Fault): boolean => explainsOthers(fault) === isLast
    const now = paths.filter(({ fault }) => isNow(fault))
    const broken = await breakAll(
      stack.fleet,
      now.map(({ fault }) => fault),
      isNow,
    )
    say(`asking after: ${broken.join(', ')}`)
    lost.push(...(await followPaths(server, now, patienceSeconds)))
  }
  await settle(server, findings, ({ emptyUntil }) => canFill(emptyUntil))
  return report(findings, [...lost, ...(await annotationProblems(server))])
}

const directory = await mkdtemp(join(tmpdir(), 'watchpost-dashboards-'))
try {
  const demo = await startDemo(directory, say, { withRecovery: true })
  try {
    process.exitCode = await prove(demo)
  } finally {
    await demo.stop()
  }
} finally {
  await rm(directory, { recursive: true, force: true })
}
