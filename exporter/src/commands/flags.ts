// Flags that several commands share, spelt as Prometheus' own programs spell them.
import { parseShard } from '../config/shard.ts'
import type { Shard } from '../config/shard.ts'
import type { Flag, Invocation } from './command.ts'

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

export const shard: Flag = {
  type: 'string',
  description:
    'Watch only one part of the fleet, as NUMBER/COUNT, such as 2/3; taken from WATCHPOST_SHARD where it is left out.',
}

/** Undefined for the whole fleet; a string is what is wrong, for a person. */
export function readShard({
  values,
  environment,
}: Pick<Invocation, 'values' | 'environment'>): Shard | string | undefined {
  const given = values['shard']
  const text = given ?? environment['WATCHPOST_SHARD']
  if (text === undefined || text === '') return undefined
  const found = parseShard(text)
  if (typeof found !== 'string') return found
  return given === undefined ? `WATCHPOST_SHARD: ${found}` : `--shard: ${found}`
}
