// What came of each fault, for people.
import { titleOf } from './fault.ts'
import type { Message } from './inbox.ts'
import type { Outcome } from './run.ts'

const columns = [46, 72, 8, 8, 9] as const

export function writeHead(write: (line: string) => void): void {
  write(row(['fault', 'pages', 'told', 'limit', 'resolved']))
}

export function describeOutcome(outcome: Outcome): string {
  const { fault, toldAfterSeconds, limitSeconds, resolvedAfterSeconds, isLate, problems } = outcome
  const pages = fault.pages.map((page) => `${page.severity} ${titleOf(page)}`).join(', ') || 'none'
  const told = row([
    fault.name,
    pages,
    inSeconds(toldAfterSeconds),
    inSeconds(limitSeconds),
    inSeconds(resolvedAfterSeconds),
  ])
  const late = isLate ? ['  LATE'] : []
  return [told, ...late, ...problems.map((problem) => `  WRONG ${problem}`)].join('\n')
}

export function describeExtra({ channel, severity, title, at }: Message, began: number): string {
  return `  EXTRA ${severity} ${title} by ${channel} after ${inSeconds((at - began) / 1000)}`
}

function inSeconds(seconds: number | undefined): string {
  return seconds === undefined ? '-' : `${seconds.toFixed(1)} s`
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, index) => cell.padEnd(columns[index] ?? 0))
    .join(' ')
    .trimEnd()
}
