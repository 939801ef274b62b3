// How the driver reads times: one without a zone is of UTC, as everywhere else, and not of the zone that Watchpost runs in.
import type { CustomTypesConfig } from 'pg'
import { loadPostgres } from '../../packages.ts'

export function typesInUtc(): CustomTypesConfig {
  const { types } = loadPostgres()
  const { DATE, TIMESTAMP, TIMESTAMPTZ } = types.builtins
  const parse = types.getTypeParser(TIMESTAMPTZ, 'text')
  const inUtc =
    (rest: string) =>
    (text: string): unknown =>
      // Words: infinity, and BC.
      parse(/[a-z]/i.test(text) ? text : `${text}${rest}`)
  const ofZoneless = new Map<number, (text: string) => unknown>([
    [TIMESTAMP, inUtc('+00')],
    [DATE, inUtc(' 00:00:00+00')],
  ])
  return {
    getTypeParser: (id: number, format?: 'text' | 'binary') =>
      ofZoneless.get(id) ?? types.getTypeParser(id, format),
  }
}
