// The command line: which command is meant, and what is wrong when none is.
import { nearest } from '../config/problem.ts'
import { version } from '../version.ts'
import { describeCommand, readArguments } from './command.ts'
import type { Invocation } from './command.ts'
import { commands } from './index.ts'

export type Surroundings = Omit<Invocation, 'values' | 'lists' | 'switches' | 'positionals'>

/** Runs the command that `argv` asks for. Resolves to the exit code. */
export async function dispatch(
  [name = '', ...argv]: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const { write, writeError } = surroundings
  const say = (text: string): number => {
    write(text)
    return 0
  }
  if (name === '--version') return say(`watchpost ${version}\n`)
  if (['', '--help', '-h', 'help'].includes(name)) return say(await overview())
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!load) {
    const meant = nearest(name, Object.keys(commands))
    writeError(
      `watchpost: unknown command ${name}${meant ? `, did you mean ${meant}?` : ''}; see watchpost --help\n`,
    )
    return 2
  }
  const command = await load()
  if (argv.includes('--help') || argv.includes('-h')) return say(describeCommand(command))
  const parsed = readArguments(command, argv)
  if (typeof parsed === 'string') {
    writeError(`watchpost: ${parsed}\n`)
    return 2
  }
  return command.run({ ...parsed, ...surroundings })
}

async function overview(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()))
  const width = Math.max(...all.map(({ name }) => name.length))
  const lines = all.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  return `Watchpost ${version}: deployment monitoring for a small fleet.\n\nusage: watchpost <command> [flags]\n\n${lines.join('\n')}\n\nwatchpost <command> --help lists the flags of a command.\n`
}
