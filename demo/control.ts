// `npm run demo -- break ohlc_api down`: breaks and heals the fleet that is running.
import { parseArgs } from 'node:util'
import { explain } from '../exporter/src/log.ts'
import { controlPort } from './catalogue.ts'
import type { FleetState } from './control-api.ts'

const usage = `usage: npm run demo -- <command>
  break <name> <fault>   breaks a service, a data source, the database or a task
  heal <name>            makes it whole again; without a name, everything
  status                 what there is, what is broken, and which faults each knows
The flag --control-url=URL names a fleet that is not on its usual ports.
`

interface Reply {
  readonly exitCode: number
  readonly text: string
}

async function main(argv: readonly string[]): Promise<Reply> {
  const parsed = parse(argv)
  if (!parsed) return { exitCode: 2, text: usage }
  const { words, url } = parsed
  try {
    return await obey(words, url)
  } catch (error) {
    if (!isUnreachable(error)) return { exitCode: 1, text: `${explain(error)}\n` }
    return { exitCode: 1, text: `no demo fleet answers at ${url}: start one with npm start\n` }
  }
}

function parse(argv: readonly string[]): { words: readonly string[]; url: string } | undefined {
  try {
    const options = { 'control-url': { type: 'string', default: `http://127.0.0.1:${controlPort}` } } as const
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true })
    return { words: positionals, url: values['control-url'] }
  } catch {
    return undefined
  }
}

async function obey([command, name, fault, ...rest]: readonly string[], url: string): Promise<Reply> {
  if (rest.length > 0) return { exitCode: 2, text: usage }
  if (command === 'status' && name === undefined) return showState(await send(`${url}/state`))
  if (command === 'break' && name !== undefined && fault !== undefined) {
    const answer = await send(`${url}/break`, { name, fault })
    return answer.ok
      ? { exitCode: 0, text: `${name}: ${fault}; heal it with: npm run demo -- heal ${name}\n` }
      : refused(answer)
  }
  if (command === 'heal' && fault === undefined) return heal(url, name)
  return { exitCode: 2, text: usage }
}

async function heal(url: string, name: string | undefined): Promise<Reply> {
  const names = name === undefined ? await brokenNames(url) : [name]
  for (const each of names) {
    const answer = await send(`${url}/heal`, { name: each })
    if (!answer.ok) return refused(answer)
  }
  return { exitCode: 0, text: names.length === 0 ? 'nothing is broken\n' : `healed: ${names.join(', ')}\n` }
}

async function brokenNames(url: string): Promise<string[]> {
  const answer = await send(`${url}/state`)
  if (!answer.ok) throw new Error(answer.error)
  return answer.targets.filter(({ fault }) => fault !== null).map(({ name }) => name)
}

type ControlAnswer =
  | { readonly ok: true; readonly targets: FleetState['targets'] }
  | { readonly ok: false; readonly status: number; readonly error: string }

async function send(url: string, order?: unknown): Promise<ControlAnswer> {
  const change = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
  }
  const { status, ok, ...answer } = await receive(url, order === undefined ? {} : change)
  if (ok && answer.targets) return { ok, targets: answer.targets }
  const error = answer.error ?? `${url}: expected the answer of a demo fleet, got HTTP ${status}`
  return { ok: false, status, error }
}

interface Received extends Partial<FleetState> {
  readonly status: number
  readonly ok: boolean
  readonly error?: string
}

async function receive(url: string, init: RequestInit): Promise<Received> {
  const answer = await fetch(url, init)
  // Another program on the port may say anything at all.
  const body = (await answer.json().catch(() => ({}))) as Partial<Received> | null
  return { ...body, status: answer.status, ok: answer.ok }
}

function refused({ status, error }: ControlAnswer & { ok: false }): Reply {
  return { exitCode: status === 400 ? 2 : 1, text: `${error}\n` }
}

function showState(answer: ControlAnswer): Reply {
  if (!answer.ok) return refused(answer)
  const lines = answer.targets.map(({ name, kind, fault, faults }) =>
    [name.padEnd(16), kind.padEnd(12), (fault ?? 'ok').padEnd(12), faults.join(' ')].join(' '),
  )
  const head = ['name'.padEnd(16), 'kind'.padEnd(12), 'fault'.padEnd(12), 'faults'].join(' ')
  return { exitCode: 0, text: `${[head, ...lines].join('\n')}\n` }
}

function isUnreachable(error: unknown): boolean {
  return error instanceof TypeError && error.cause !== undefined
}

const { exitCode, text } = await main(process.argv.slice(2))
process[exitCode === 0 ? 'stdout' : 'stderr'].write(text)
process.exitCode = exitCode
