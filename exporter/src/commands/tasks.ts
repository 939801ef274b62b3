// All tasks at a glance, on a terminal.
import type { TaskReading, TasksReading } from '../collectors/tasks/reading.ts'
import type { Scraper } from '../scrape.ts'
import type { Command } from './command.ts'
import { configFile } from './flags.ts'
import { withFleet } from './once.ts'
import { renderTable } from './table.ts'

const timeoutSeconds = 10
// What was there before is read in steps; more of it than this is not waited for.
const mostRounds = 50
// The first look alone cannot tell up to when everything has been seen, and so what is overdue.
const leastRounds = 2

export const tasks: Command = {
  name: 'tasks',
  summary: 'Reads the records of tasks and shows what ran, what failed and what is late.',
  positionals: '',
  flags: {
    'config.file': configFile,
    json: { type: 'boolean', description: 'Write JSON instead of a table.' },
  },
  run: (invocation) =>
    withFleet(invocation, async ({ scraper }) => {
      const reading = await readUp(scraper())
      if (!reading) {
        invocation.writeError('watchpost: no tasks are configured\n')
        return 2
      }
      for (const { source, reason, detail } of reading.sources) {
        if (reason !== undefined) invocation.writeError(`watchpost: ${source}: ${reason}: ${detail ?? ''}\n`)
      }
      const now = Date.now() / 1000
      invocation.write(
        invocation.switches.has('json')
          ? `${JSON.stringify(reading.tasks.map(toJson), undefined, 2)}\n`
          : toTable(reading.tasks, now),
      )
      const isWell = reading.tasks.every(({ verdict }) => verdict === 'ok' || verdict === 'unknown')
      return isWell && reading.sources.every(({ reason }) => reason === undefined) ? 0 : 1
    }),
}

async function readUp(scraper: Scraper): Promise<TasksReading | undefined> {
  for (let round = 1; ; round += 1) {
    const { tasks: reading } = (await scraper.scrape(timeoutSeconds, ['tasks'])).readings
    const isBehind = reading?.sources.some(({ reason, isCatchingUp }) => reason === undefined && isCatchingUp)
    if ((isBehind !== true && round >= leastRounds) || round === mostRounds) return reading
  }
}

function toTable(found: readonly TaskReading[], now: number): string {
  const rows = found.map((task) => [
    task.task,
    task.type,
    task.verdict.replaceAll('_', ' '),
    ago(task.totals.lastFinish ?? task.totals.lastStart, now),
    task.nextRun === undefined ? '' : `in ${span(task.nextRun - now)}`,
    `${task.totals.runs}`,
    task.totals.runs === 0
      ? ''
      : `${((100 * (task.totals.runs - task.totals.failures)) / task.totals.runs).toFixed(1)} %`,
    task.missed === undefined ? '' : `${task.missed}`,
    task.verdict === 'failing' ? (task.notes.at(-1)?.message ?? '').split('\n', 1).join('') : '',
  ])
  return renderTable(
    ['TASK', 'TYPE', 'VERDICT', 'LAST', 'NEXT', 'RUNS', 'SUCCESS', 'MISSED', 'LAST ERROR'],
    rows,
  )
}

function ago(at: number | undefined, now: number): string {
  return at === undefined ? 'never' : `${span(now - at)} ago`
}

function span(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
  ] as const
  const [unit, size] = units.find(([, least]) => seconds >= 2 * least) ?? ['s', 1]
  return `${Math.max(0, Math.floor(seconds / size))}${unit}`
}

function toJson({ labels: _labels, ...task }: TaskReading): object {
  return task
}
