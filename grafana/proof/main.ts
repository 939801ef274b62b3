// `npm run proof:dashboards`: every query of every panel against the demo fleet and a real Prometheus. A panel without
// data fails the proof, unless it is declared empty until something happens; then that is made to happen.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setTimeout as delay } from 'node:timers/promises'
import { startDemo } from './demo.ts'
import { breakFor, canFill } from './faults.ts'
import type { Verdict } from './judge.ts'
import type { Panel } from '../panels/panel.ts'
import { walk } from './walk.ts'
import type { Server } from './walk.ts'

const { values } = parseArgs({ options: { 'patience-seconds': { type: 'string', default: '240' } } })
const patienceSeconds = Number(values['patience-seconds'])

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Asks again until no chosen panel is empty, or patience ends. */
async function settle(server: Server, wanted: (panel: Panel) => boolean): Promise<readonly Verdict[]> {
  const deadline = Date.now() + patienceSeconds * 1000
  const done: Verdict[] = []
  let open = await walk(server, wanted)
  for (;;) {
    done.push(...open.filter(({ isEmpty }) => !isEmpty))
    const waiting = new Set(open.filter(({ isEmpty }) => isEmpty).map(keyOf))
    if (waiting.size === 0 || Date.now() > deadline)
      return [...done, ...open.filter(({ isEmpty }) => isEmpty)]
    await delay(5000)
    open = await walk(server, (panel, dashboard) => waiting.has(`${dashboard} ${panel.id}`))
  }
}

function keyOf({ dashboard, panel }: Verdict): string {
  return `${dashboard} ${panel.id}`
}

function report(verdicts: readonly Verdict[]): number {
  const empty = verdicts.filter(
    ({ isEmpty, panel }) => isEmpty && (panel.emptyUntil === undefined || canFill(panel.emptyUntil)),
  )
  const unseen = verdicts.filter(
    ({ isEmpty, panel }) => isEmpty && panel.emptyUntil !== undefined && !canFill(panel.emptyUntil),
  )
  const failed = verdicts.filter(({ problems }) => problems.length > 0)
  for (const { dashboard, panel } of unseen) {
    say(`not shown: ${dashboard} ${panel.id} ${panel.text.title.en}: empty until ${panel.emptyUntil}`)
  }
  for (const { dashboard, panel } of empty) say(`empty: ${dashboard} ${panel.id} ${panel.text.title.en}`)
  for (const { dashboard, panel, problems } of failed) {
    for (const problem of problems) say(`failed: ${dashboard} ${panel.id} ${panel.text.title.en}: ${problem}`)
  }
  say(`panels ${verdicts.length}, empty ${empty.length}, failed ${failed.length}`)
  return empty.length + failed.length === 0 ? 0 : 1
}

async function main(): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-dashboards-'))
  try {
    const { stack, server } = await startDemo(directory, say)
    try {
      say('asking while all is well')
      const healthy = await settle(server, ({ emptyUntil }) => emptyUntil === undefined)
      const declared = await walk(server, ({ emptyUntil }) => emptyUntil !== undefined)
      const reasons = declared.flatMap(({ panel }) => (canFill(panel.emptyUntil) ? [panel.emptyUntil] : []))
      say(`asking after: ${(await breakFor(stack.fleet, reasons)).join(', ')}`)
      const faulty = await settle(server, ({ emptyUntil }) => canFill(emptyUntil))
      const rest = declared.filter(({ panel }) => !canFill(panel.emptyUntil))
      return report([...healthy, ...faulty, ...rest])
    } finally {
      await stack.stop()
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

process.exitCode = await main()
