// What a command of the CLI is, and how its arguments are read.
import { parseArgs } from 'node:util'
import { nearest } from '../config/problem.ts'

export interface Flag {
  readonly type: 'string' | 'boolean'
  readonly default?: string
  readonly description: string
  /** Whether the flag may be given several times. */
  readonly multiple?: boolean
}

export interface Invocation {
  /** Values of string flags, defaults filled in. */
  readonly values: Readonly<Record<string, string | undefined>>
  /** All values of flags that may be given several times. */
  readonly lists: Readonly<Record<string, readonly string[]>>
  /** Whether a boolean flag was given. */
  readonly switches: ReadonlySet<string>
  readonly positionals: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly write: (text: string) => void
  readonly writeError: (text: string) => void
  /** Aborts when the process is asked to stop. */
  readonly stop: AbortSignal
  /** Calls back when the process is asked to load its configuration again. */
  readonly onReload: (reload: () => void) => void
}

export interface Command {
  readonly name: string
  readonly summary: string
  /** Names of what follows the flags, as in `[TARGET]`; empty when nothing may. */
  readonly positionals: string
  readonly flags: Readonly<Record<string, Flag>>
  /** Resolves to the exit code: 0 well, 1 not well, 2 wrong use or configuration. */
  run(invocation: Invocation): Promise<number>
}

type Arguments = Pick<Invocation, 'values' | 'lists' | 'switches' | 'positionals'>

/** Reads `argv` by the flags of `command`; a string is what is wrong with it, for a person. */
export function readArguments(command: Command, argv: readonly string[]): Arguments | string {
  const options = Object.fromEntries(
    Object.entries(command.flags).map(([name, flag]) => [
      name,
      { type: flag.type, ...(flag.multiple ? { multiple: true } : {}) },
    ]),
  )
  const { tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const found = {
    values: new Map<string, string>(),
    lists: new Map<string, string[]>(),
    switches: new Set<string>(),
  }
  const positionals: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const problem = readFlag(command, token, found)
    if (problem) return problem
  }
  if (command.positionals === '' && positionals.length > 0) {
    const isFile = command.flags['config.file'] && /\.ya?ml$/.test(positionals[0] ?? '')
    const meant = isFile ? `; did you mean --config.file=${positionals[0]}?` : ''
    return `${command.name} takes flags only, got ${JSON.stringify(positionals[0])}${meant}`
  }
  const defaults = Object.entries(command.flags).map(([name, flag]) => [name, flag.default] as const)
  return {
    values: { ...Object.fromEntries(defaults), ...Object.fromEntries(found.values) },
    lists: Object.fromEntries(found.lists),
    switches: found.switches,
    positionals,
  }
}

interface Found {
  readonly values: Map<string, string>
  readonly lists: Map<string, string[]>
  readonly switches: Set<string>
}

interface FlagToken {
  readonly name: string
  readonly rawName: string
  readonly value: string | undefined
}

function readFlag(command: Command, token: FlagToken, found: Found): string | undefined {
  const flag = command.flags[token.name]
  if (!flag) {
    const meant = nearest(token.name, Object.keys(command.flags))
    return `unknown flag ${token.rawName}${meant ? `, did you mean --${meant}?` : ''}; see watchpost ${command.name} --help`
  }
  if (flag.type === 'boolean') {
    if (token.value !== undefined)
      return `${token.rawName} takes no value, got ${JSON.stringify(token.value)}`
    found.switches.add(token.name)
    return undefined
  }
  if (token.value === undefined || token.value === '')
    return `${token.rawName} expects a value, as in ${token.rawName}=…`
  found.values.set(token.name, token.value)
  found.lists.set(token.name, [...(found.lists.get(token.name) ?? []), token.value])
  return undefined
}

export function describeCommand(command: Command): string {
  const usage = ['watchpost', command.name, '[flags]', command.positionals].filter(Boolean).join(' ')
  const flags = Object.entries(command.flags).map(([name, flag]) => {
    const value = flag.type === 'string' ? `=${flag.default ?? '…'}` : ''
    return `  --${name}${value}\n      ${flag.description}`
  })
  return [command.summary, '', `usage: ${usage}`, '', ...flags].join('\n') + '\n'
}
