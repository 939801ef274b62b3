// Proof that one fault is one page: faults of a real fleet, watched, judged and told by the real programs, and of each
// who was told what and when. What was told late is played once more, and then counts.
// MATRIX_ONLY=text plays only the plans whose name begins so.
import { playApart } from './matrix/play.ts'
import { keepOnly, plans } from './matrix/plan.ts'
import type { Plan } from './matrix/plan.ts'
import type { Outcome, WaveResult } from './matrix/run.ts'
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

const lateOf = (): readonly string[] =>
  [...lastOf(results)].filter(([, { isLate }]) => isLate).map(([name]) => name)

async function playAll(round: readonly Plan[], names: readonly string[] = []): Promise<void> {
  const ends = await Promise.allSettled(round.map((plan) => playApart(plan, { only: names, hear })))
  for (const end of ends) if (end.status === 'rejected') write(`WRONG ${String(end.reason)}`)
}

const chosen = plans.filter(({ name }) => name.startsWith(only))
writeHead(write)
await playAll(chosen)
// A machine that stood still for a moment is late once; rules that are slow are late again.
const late = lateOf()
if (late.length > 0) {
  write(`once more, on new installations: ${late.join(', ')}`)
  const again = chosen.filter((plan) => keepOnly(plan, late).waves.length > 0)
  await playAll(again, late)
}

const outcomes = results.flatMap((result) => result.outcomes)
const faults = chosen.flatMap(({ waves }) => waves).flat().length
const wrong = outcomes.filter(({ problems }) => problems.length > 0).map(({ fault }) => fault.name)
const right = lastOf(results).size - new Set([...wrong, ...lateOf()]).size
const extras = results
  .flatMap((result) => result.extras)
  .filter(({ channel }) => channel === 'webhook').length
write(`took ${Math.round((Date.now() - began) / 1000)} s`)
write(`matrix ${right}/${faults} right, ${extras} extra pages`)
process.exitCode = right === faults && extras === 0 ? 0 : 1

/** Of each fault how it went the last time it was played, by name. */
function lastOf(played: readonly WaveResult[]): ReadonlyMap<string, Outcome> {
  return new Map(played.flatMap(({ outcomes: all }) => all.map((outcome) => [outcome.fault.name, outcome])))
}
