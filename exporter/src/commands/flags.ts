// Flags that several commands share, spelt as Prometheus' own programs spell them.
import type { Flag } from './command.ts'

export const configFile: Flag = {
  type: 'string',
  default: 'watchpost.yml',
  description: 'The configuration.',
}

export const logLevel: Flag = {
  type: 'string',
  default: 'info',
  description: 'The least severe messages to log: debug, info, warn or error.',
}
