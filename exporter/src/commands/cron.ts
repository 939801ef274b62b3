// What a schedule means: its next slots, on a terminal.
import { cron as expressionSchema, isNearClockChange, openSlots, timezone } from '../schema/cron.ts'
import type { Command, Invocation } from './command.ts'
import { renderTable } from './table.ts'

const clockChangeSeconds = 2 * 3600
const mostSlots = 1000

export const cron: Command = {
  name: 'cron',
  summary: 'Shows when a schedule is due next.',
  positionals: 'EXPRESSION',
  flags: {
    timezone: {
      type: 'string',
      default: 'UTC',
      description: 'The time zone in which the schedule is meant.',
    },
    count: { type: 'string', default: '5', description: 'How many slots to show.' },
    from: {
      type: 'string',
      description: 'The time to begin at, such as 2026-03-08T00:00:00Z; now without it.',
    },
  },
  async run(invocation) {
    const asked = readQuestion(invocation)
    if (typeof asked === 'string') {
      invocation.writeError(`watchpost: ${asked}\n`)
      return 2
    }
    invocation.write(renderTable(['DUE', 'IN UTC', ''], listSlots(asked)))
    return 0
  },
}

interface Question {
  readonly expression: string
  readonly zone: string
  readonly count: number
  readonly from: number
}

/** A string is what is wrong with the question, for a person. */
function readQuestion({ positionals, values }: Invocation): Question | string {
  const [expression, ...others] = positionals
  if (expression === undefined || others.length > 0) {
    return 'cron expects one expression, in quotes, as in watchpost cron "5 * * * *"'
  }
  const { timezone: zone = 'UTC', from: begin } = values
  const problem = expressionSchema.safeParse(expression).error ?? timezone.safeParse(zone).error
  if (problem) return problem.issues.map(({ message }) => message).join('; ')
  const count = Number(values['count'])
  if (!(Number.isInteger(count) && count >= 1 && count <= mostSlots)) {
    return `--count expects a number from 1 to ${mostSlots}`
  }
  const from = begin === undefined ? Date.now() : Date.parse(begin)
  if (!Number.isFinite(from)) return '--from expects a time such as 2026-03-08T00:00:00Z'
  return { expression, zone, count, from: from / 1000 }
}

function listSlots({ expression, zone, count, from }: Question): string[][] {
  const slots = openSlots(expression, zone)
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  })
  const weekday = new Intl.DateTimeFormat('en', { timeZone: zone, weekday: 'short' })
  const rows: string[][] = []
  let slot = slots.next(from)
  while (slot !== undefined && rows.length < count) {
    const isNear = isNearClockChange(zone, slot, clockChangeSeconds)
    const note = isNear ? 'clocks change: schedulers differ here' : ''
    const local = `${weekday.format(slot * 1000)} ${format.format(slot * 1000)}`
    rows.push([local, new Date(slot * 1000).toISOString().replace('.000', ''), note])
    slot = slots.next(slot)
  }
  return rows
}
