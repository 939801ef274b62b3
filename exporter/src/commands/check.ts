import { loadConfig } from '../config/load.ts'
import { formatProblems } from '../config/problem.ts'
import type { Command } from './command.ts'
import { configFile } from './flags.ts'

export const check: Command = {
  name: 'check',
  summary: 'Checks the configuration and says all that is wrong with it.',
  positionals: '',
  flags: { 'config.file': configFile },
  async run({ values, environment, write, writeError }) {
    const file = values['config.file'] ?? ''
    const { config, problems } = await loadConfig(file, environment)
    if (problems) {
      writeError(`${formatProblems(problems, file)}\n`)
      return 2
    }
    write(`${file} is valid: ${describeSettings(config.settings)}\n`)
    return 0
  },
}

function describeSettings(settings: Readonly<Record<string, unknown>>): string {
  const lists = Object.entries(settings).filter(([, section]) => Array.isArray(section))
  return lists
    .map(([name, section]) => `${(section as unknown[]).length} ${name.replaceAll('_', ' ')}`)
    .join(', ')
}
