// What people ask of the recovery process, and the check of its audit log.
import { userInfo } from 'node:os'
import { readFileSync } from 'node:fs'
import { request } from 'undici'
import { describeEvent, readAudit } from '../../../recovery/src/audit.ts'
import type { Command, Invocation } from './command.ts'
import { renderTable } from './table.ts'

const timeoutMilliseconds = 10_000
const usage =
  'recovery expects one of: status, approve EPISODE, pause, resume, history, audit; see watchpost recovery --help'

export const recovery: Command = {
  name: 'recovery',
  summary: 'Shows and steers recovery: status, approve EPISODE, pause, resume, history, audit.',
  positionals: 'WHAT [EPISODE]',
  flags: {
    url: { type: 'string', default: 'http://127.0.0.1:8017', description: 'Where recovery listens.' },
    'token.file': { type: 'string', description: 'The file that control_token_file names.' },
    'storage.path': { type: 'string', description: 'Where the journal is, for history and audit.' },
    actor: {
      type: 'string',
      description: 'Who is asking, for the audit log; the user where it is left out.',
    },
    verify: {
      type: 'boolean',
      description: 'For audit: also say what the last record is. It is always checked.',
    },
    contains: { type: 'string', description: 'For audit: a hash noted earlier, which must still be there.' },
    json: { type: 'boolean', description: 'For status: write JSON.' },
  },
  async run(invocation) {
    const [what, episode, ...others] = invocation.positionals
    const takesEpisode = what === 'approve'
    if (others.length > 0 || (episode !== undefined) !== takesEpisode) return misuse(invocation, usage)
    switch (what) {
      case 'status':
        return showStatus(invocation)
      case 'approve':
        return tell(invocation, 'approve', { episode })
      case 'pause':
      case 'resume':
        return tell(invocation, what, {})
      case 'history':
      case 'audit':
        return showAudit(invocation, what)
      default:
        return misuse(invocation, usage)
    }
  },
}

function misuse({ writeError }: Invocation, text: string): number {
  writeError(`watchpost: ${text}\n`)
  return 2
}

function showAudit(invocation: Invocation, what: 'history' | 'audit'): number {
  const { values, write, writeError, switches } = invocation
  const directory = values['storage.path']
  if (directory === undefined) return misuse(invocation, `recovery ${what} expects --storage.path=DIR`)
  const { problem, records, lastHash, events, hashes, isCutOff } = readAudit(directory)
  const wanted = values['contains']
  if (what === 'history') write(events.map((event) => `${describeEvent(event)}\n`).join(''))
  if (problem !== undefined) {
    writeError(`watchpost: the audit log is damaged: ${problem}\n`)
    return 1
  }
  if (wanted !== undefined && !hashes.has(wanted)) {
    writeError(
      `watchpost: the audit log has no record with hash ${wanted}: its end was cut off, or it is another one\n`,
    )
    return 1
  }
  if (isCutOff) writeError('watchpost: the last record of the audit log is half a one\n')
  if (what === 'audit') {
    const last = switches.has('verify') ? `, the last with hash ${lastHash}` : ''
    write(`the audit log is whole: ${records} records${last}\n`)
  }
  return 0
}

interface Status {
  readonly paused: { readonly actor: string } | null
  readonly policies: readonly Readonly<Record<string, string | number>>[]
  readonly episodes: readonly Readonly<Record<'id' | 'policy' | 'decision' | 'detail', string | undefined>>[]
}

async function showStatus(invocation: Invocation): Promise<number> {
  const answer = await ask(invocation, '/v1/control/status')
  if (answer === undefined) return 1
  const status = JSON.parse(answer) as Status
  const { write, switches } = invocation
  if (switches.has('json')) {
    write(`${JSON.stringify(status, undefined, 2)}\n`)
    return 0
  }
  const columns = ['name', 'mode', 'action', 'target', 'breaker', 'attempts']
  const cells = (row: Readonly<Record<string, unknown>>, names: readonly string[]): string[] =>
    names.map((name) => printable(row[name]))
  write(status.paused ? `paused by ${printable(status.paused.actor)}\n\n` : '')
  write(
    renderTable(
      columns.map((name) => name.toUpperCase()),
      status.policies.map((row) => cells(row, columns)),
    ),
  )
  if (status.episodes.length === 0) return 0
  const rows = status.episodes.map((row) => cells(row, ['id', 'policy', 'decision', 'detail']))
  write(`\n${renderTable(['EPISODE', 'POLICY', 'DECISION', 'WHY'], rows)}`)
  return 0
}

function printable(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number'
    ? String(value).replaceAll(/\p{Cc}/gu, ' ')
    : ''
}

async function tell(invocation: Invocation, what: string, fields: object): Promise<number> {
  const actor = invocation.values['actor'] ?? userInfo().username
  const answer = await ask(invocation, `/v1/control/${what}`, JSON.stringify({ actor, ...fields }))
  if (answer === undefined) return 1
  invocation.write(`${what}: stored\n`)
  return 0
}

/** The body of a good answer; anything else is told, and undefined. */
async function ask(
  { values, writeError }: Invocation,
  path: string,
  body?: string,
): Promise<string | undefined> {
  const file = values['token.file']
  const url = `${(values['url'] ?? '').replace(/\/+$/, '')}${path}`
  try {
    const token = file === undefined ? '' : readFileSync(file, 'utf8').trim()
    const { statusCode, body: answer } = await request(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(timeoutMilliseconds),
      ...(body === undefined ? {} : { body }),
    })
    const text = await answer.text()
    if (statusCode === 200) return text
    const hint = statusCode === 401 ? '; name the file of the token with --token.file' : ''
    writeError(`watchpost: recovery answered ${statusCode}: ${text.trim().slice(0, 200)}${hint}\n`)
  } catch (error) {
    writeError(`watchpost: recovery at ${url}: ${error instanceof Error ? error.message : String(error)}\n`)
  }
  return undefined
}
