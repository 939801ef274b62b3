// Where what was fetched is kept between runs.
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

export function cacheDirectory(environment: Environment): string {
  const base = environment['XDG_CACHE_HOME'] ?? ''
  // The XDG specification: a path that is not absolute is to be ignored.
  return join(isAbsolute(base) ? base : join(homedir(), '.cache'), 'watchpost')
}
