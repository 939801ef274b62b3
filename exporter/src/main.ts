// argv → command; signals; exit codes. No logic.
import { describeCommand, readArguments } from './commands/command.ts'
import { commands } from './commands/index.ts'
import { nearest } from './config/problem.ts'
import { explain } from './log.ts'
import { version } from './version.ts'

const stop = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort())

const writeError = (text: string): void => void process.stderr.write(text)
const write = (text: string): void => void process.stdout.write(text)

async function main([name = '', ...argv]: readonly string[]): Promise<number> {
  if (name === '--version') return say(`watchpost ${version}\n`)
  if (name === '' || name === '--help' || name === 'help') return say(overview())
  const command = commands.find((known) => known.name === name)
  if (!command) {
    const meant = nearest(
      name,
      commands.map((known) => known.name),
    )
    writeError(
      `watchpost: unknown command ${name}${meant ? `, did you mean ${meant}?` : ''}; see watchpost --help\n`,
    )
    return 2
  }
  if (argv.includes('--help')) return say(describeCommand(command))
  const parsed = readArguments(command, argv)
  if (typeof parsed === 'string') {
    writeError(`watchpost: ${parsed}\n`)
    return 2
  }
  const onReload = (reload: () => void): void => void process.on('SIGHUP', reload)
  return command.run({ ...parsed, environment: process.env, write, writeError, stop: stop.signal, onReload })
}

function overview(): string {
  const lines = commands.map((command) => `  ${command.name.padEnd(10)} ${command.summary}`)
  return `Watchpost ${version}: deployment monitoring for a small fleet.\n\nusage: watchpost <command> [flags]\n\n${lines.join('\n')}\n`
}

function say(text: string): number {
  write(text)
  return 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  writeError(`watchpost: ${explain(error)}\n`)
  process.exitCode = 1
}
