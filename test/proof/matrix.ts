// Proof that one fault is one page: faults of a real fleet, watched, judged and told by the real programs, and of each
// who was told what and when. MATRIX_ONLY=text plays only the plans whose name has the text in it.
import { playApart } from './matrix/play.ts'
import { plans } from './matrix/plan.ts'
import type { WaveResult } from './matrix/run.ts'
import { describeExtra, describeOutcome, writeHead } from './matrix/table.ts'

const write = (line: string): void => void process.stdout.write(`${line}\n`)
const only = process.env['MATRIX_ONLY'] ?? ''
const began = Date.now()
const results: WaveResult[] = []

function hear(result: WaveResult): void {
  results.push(result)
  for (const outcome of result.outcomes) write(describeOutcome(outcome))
  for (const extra of result.extras) write(describeExtra(extra, began))
}

const chosen = plans.filter(({ name }) => name.includes(only))
writeHead(write)
const ends = await Promise.allSettled(chosen.map((plan) => playApart(plan, hear)))
for (const end of ends) if (end.status === 'rejected') write(`WRONG ${String(end.reason)}`)

const outcomes = results.flatMap((result) => result.outcomes)
const faults = chosen.flatMap(({ waves }) => waves).flat().length
const right = outcomes.filter(({ problems }) => problems.length === 0).length
const extras = results
  .flatMap((result) => result.extras)
  .filter(({ channel }) => channel === 'webhook').length
write(`took ${Math.round((Date.now() - began) / 1000)} s`)
write(`matrix ${right}/${faults} right, ${extras} extra pages`)
process.exitCode = right === faults && extras === 0 ? 0 : 1
