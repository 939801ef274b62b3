import { loadConfig } from '../config/load.ts'
import { formatShard } from '../config/shard.ts'
import { formatProblems } from '../config/problem.ts'
import type { Command } from './command.ts'
import { configFile, readShard, shard } from './flags.ts'

export const check: Command = {
  name: 'check',
  summary: 'Checks the configuration and says all that is wrong with it.',
  positionals: '',
  flags: { 'config.file': configFile, shard },
  async run({ values, environment, write, writeError }) {
    const file = values['config.file'] ?? ''
    const part = readShard({ values, environment })
    if (typeof part === 'string') {
      writeError(`watchpost: ${part}\n`)
      return 2
    }
    const { config, problems } = await loadConfig(file, environment, part)
    if (problems) {
      writeError(`${formatProblems(problems, file)}\n`)
      return 2
    }
    write(`${file} is valid: ${describeSettings(config.declared)}\n`)
    if (part) write(`shard ${formatShard(part)} watches ${describeSettings(config.settings) || 'nothing'}\n`)
    return 0
  },
}

function describeSettings(settings: Readonly<Record<string, unknown>>): string {
  const lists = Object.entries(settings).filter(([, section]) => Array.isArray(section))
  return lists
    .map(([name, section]) => counted((section as unknown[]).length, name.replaceAll('_', ' ')))
    .join(', ')
}

/** Sections that are lists are called by their plural. */
function counted(count: number, things: string): string {
  return `${count} ${count === 1 ? things.replace(/s$/, '') : things}`
}
