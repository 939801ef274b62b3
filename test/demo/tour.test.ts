// `npm run tour` as a newcomer meets it: the whole story in time, and nothing left behind.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { linesOf } from '../harness/documents.ts'
import { waitFor } from '../harness/wait.ts'

const program = `'${process.execPath}' demo/tour.ts`

interface Tour {
  readonly lines: readonly string[]
  readonly stderr: Promise<string>
  readonly code: Promise<number | null>
  readonly interrupt: () => void
  /** Resolves when a line begins so. */
  readonly said: (beginning: string) => Promise<void>
}

function startTour(command: string): Tour {
  const child = spawn('sh', ['-c', `exec ${command}`], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines: string[] = []
  createInterface(child.stdout).on('line', (line) => lines.push(line))
  const code = once(child, 'close').then(([status]: (number | null)[]) => status ?? null)
  return {
    lines,
    stderr: text(child.stderr),
    code,
    interrupt: () => void child.kill('SIGINT'),
    async said(beginning) {
      await waitFor(`it says ${beginning}`, () => lines.some((line) => line.startsWith(beginning)), 90)
    },
  }
}

// Another test may have a demo of its own under way: that goes by itself.
const patient = { timeout: 90_000, interval: 1_000 }

async function leftBeside(before: readonly string[]): Promise<readonly string[]> {
  return (await leftovers()).filter((name) => !before.includes(name))
}

async function leftovers(): Promise<readonly string[]> {
  return readdir('.cache/demo').catch(() => [])
}

test.each(linesOf('tour'))(
  '%s tells a fault from its beginning to its end in five minutes',
  async (command) => {
    const before = await leftovers()
    const tour = startTour(command)
    expect(await tour.code).toBe(0)
    expect(await tour.stderr).toBe('')
    const story = [
      /^All is well:$/,
      /^ {2}ohlc_api +healthy$/,
      /^Now ohlc_api crashes/,
      /^\d+ s later a message arrives at the webhook:$/,
      /^ {2}FIRING ServiceDown ohlc_api \(critical\)$/,
      /^ {2}summary: .+/,
      /^ {2}description: ohlc_api fails its probes \(reason: connect\).*analyze_api/,
      /^ {2}suggested actions: .+/,
      /^The fleet at this moment:$/,
      /^ {2}ohlc_api +error +connect/,
      /^ {2}analyze_api +error +unreachable_dependency/,
      /^Why, says its diagnosis:$/,
      /^ {2}The container platform-ohlc-api-1 of ohlc_api does not run: exited/,
      /^Recovery looked for itself, found the same, and asks:$/,
      /^ {2}restart_ohlc_api: approve it with: watchpost recovery approve \w+$/,
      /^Somebody agrees/,
      /^\d+ s after that the same channel hears of the end:$/,
      /^ {2}RESOLVED ServiceDown ohlc_api \(critical\)$/,
      /^What recovery wrote down/,
      / approved +actor="tour"/,
      / acted +.*result="done".*restarted container platform-ohlc-api-1/,
      / verified +.*outcome="fixed"/,
      /^ServiceDown was told of ohlc_api alone/,
      /^Stopping\.$/,
    ]
    let from = 0
    for (const line of story) {
      const at = tour.lines.findIndex((told, index) => index >= from && line.test(told))
      expect(at, `${line} in\n${tour.lines.slice(from).join('\n')}`).not.toBe(-1)
      from = at + 1
    }
    await expect.poll(() => leftBeside(before), patient).toEqual([])
  },
  300_000,
)

test('Ctrl-C ends it, with all that it started', async () => {
  const before = await leftovers()
  const tour = startTour(program)
  await tour.said('Prometheus looks')
  tour.interrupt()
  expect(await tour.code).toBe(1)
  expect(await tour.stderr).toBe('npm run tour: stopped before its end\n')
  await expect.poll(() => leftBeside(before), patient).toEqual([])
}, 120_000)

test('arguments are refused in one line', async () => {
  const tour = startTour(`${program} --fast`)
  expect(await tour.code).toBe(2)
  expect(await tour.stderr).toBe('npm run tour: expected no arguments, got --fast\n')
})
