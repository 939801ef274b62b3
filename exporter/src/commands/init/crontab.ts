// The jobs of a crontab as tasks that tell of their runs by pings: cron keeps no records that could be read.
import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import { toName } from './draft.ts'
import type { Draft } from './draft.ts'
import { toSchedule } from './schedule.ts'
import type { Schedule } from './schedule.ts'

interface CrontabSource {
  readonly file: string
  readonly text: string
  /** Whether a user stands before each command, as in /etc/crontab and /etc/cron.d. */
  readonly hasUsers: boolean
  /** The time zone of cron itself. */
  readonly timezone: string
  /** Names of tasks that others have; those of this one are added. */
  readonly taken: Set<string>
}

const named: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

interface Entry {
  readonly line: number
  readonly expression: string
  readonly command: string
  readonly timezone: string
}

export function draftFromCrontab(source: CrontabSource): Draft {
  const { entries, left } = readEntries(source)
  const schedules: Schedule[] = []
  const places: string[] = []
  for (const { line, expression, command, timezone } of entries) {
    const task = apart(taskName(command), source.taken)
    const schedule = toSchedule(task, expression, timezone)
    if (typeof schedule === 'string') left.push(`${source.file}:${line}: ${schedule}`)
    else {
      schedules.push(schedule)
      places.push(`${task}: line ${line}`)
    }
  }
  if (schedules.length === 0) return { found: [], left }
  const isPipe = source.file === '/dev/stdin'
  const comment = [
    `Each job tells of its runs. At the end of its line in ${isPipe ? 'the crontab' : source.file} put:`,
    '  ; curl -fsS -m 10 -H "Authorization: Bearer $PING_TOKEN" http://127.0.0.1:8007/ping/TASK/$?',
    'PING_TOKEN is a line of its own above; better keep it out of this file, too.',
    ...places,
  ].join('\n')
  const token = `\${PING_TOKEN:-${randomBytes(16).toString('hex')}}`
  const name = isPipe ? 'crontab' : toName(basename(source.file))
  return { found: [{ section: 'tasks', name, keys: { kind: 'heartbeat', token, schedules }, comment }], left }
}

function readEntries({ file, text, hasUsers, timezone }: CrontabSource): {
  entries: Entry[]
  left: string[]
} {
  const entries: Entry[] = []
  const left: string[] = []
  let zone = timezone
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const [, variable, value = ''] = /^([A-Za-z_]\w*)\s*=\s*(.*)$/.exec(line) ?? []
    if (variable !== undefined) {
      if (variable === 'CRON_TZ') zone = value.replaceAll(/^["']|["']$/g, '')
      continue
    }
    const entry = readEntry(line, hasUsers)
    if (typeof entry === 'string') left.push(`${file}:${index + 1}: ${entry}`)
    else entries.push({ ...entry, line: index + 1, timezone: zone })
  }
  return { entries, left }
}

function readEntry(line: string, hasUsers: boolean): Pick<Entry, 'expression' | 'command'> | string {
  const [first = ''] = line.split(/\s+/, 1)
  if (first === '@reboot') return '@reboot is due at no time that could be missed'
  const words = line.split(/\s+/)
  const expression = first.startsWith('@') ? named[first] : words.slice(0, 5).join(' ')
  if (expression === undefined) return `${first} is no name of a schedule`
  const command = words.slice((first.startsWith('@') ? 1 : 5) + (hasUsers ? 1 : 0)).join(' ')
  if (command === '') return 'expected five fields and a command'
  return { expression, command }
}

const wrappers =
  /^(?:sudo|env|nice|ionice|chronic|flock|timeout|time|nohup|exec|sh|bash|zsh|php|python[\d.]*|node|ruby|perl|npx|npm|run|cd|test|\[|-.*|\d.*|[A-Za-z_]\w*=.*)$/

/** Of the command only the name of its program: the rest may hold a password. */
function taskName(command: string): string {
  const words = command.replace(/^cd\s+\S+\s*(?:&&|;)\s*/, '').split(/[\s;&|()<>]+/)
  const program = words.find((word) => word !== '' && !wrappers.test(basename(word))) ?? words[0] ?? ''
  return toName(basename(program).replace(/\.\w+$/, ''))
}

function apart(name: string, taken: Set<string>): string {
  let free = name
  for (let count = 2; taken.has(free); count += 1) free = `${name}_${count}`
  taken.add(free)
  return free
}
