// What can go wrong with platform_db: gone, blocked, full, or filled with bad rows.
import type { RowDefect } from '../effects.ts'
import type { Breakable } from '../fault.ts'
import type { PlatformDatabase } from './platform.ts'
import { createSessions } from './sessions.ts'

const affectedRows = 400

export interface DatabaseFaults {
  readonly breakable: Breakable
  /** What is wrong with the rows that come in from now on. */
  readonly rowDefect: () => RowDefect | undefined
  readonly close: () => Promise<void>
}

export function createDatabaseFaults(name: string, database: PlatformDatabase): DatabaseFaults {
  const { pool, ownerUrl, server } = database
  const sessions = createSessions(ownerUrl)
  let rowDefect: RowDefect | undefined

  async function spoil(defect: RowDefect, statement: string): Promise<void> {
    rowDefect = defect
    await pool.query(statement, [affectedRows])
  }

  const faults: Readonly<Record<string, () => Promise<void>>> = {
    ...(server && { down: server.stop }),
    block: () => sessions.block('migration'),
    'idle-session': () => sessions.block('posting_service'),
    'pool-full': sessions.fill,
    nulls: () => spoil('nulls', loseCloses),
    duplicates: () => spoil('duplicates', doubleRows),
  }

  const breakable: Breakable = {
    name,
    kind: 'database',
    faults: Object.keys(faults),
    async break(fault) {
      await faults[fault]?.()
    },
    async heal() {
      await sessions.end()
      await server?.start()
      if (rowDefect !== undefined) await pool.query(rowDefect === 'nulls' ? mendCloses : dropDoubles)
      rowDefect = undefined
    },
  }
  return { breakable, rowDefect: () => rowDefect, close: sessions.end }
}

const loseCloses = `
  UPDATE ohlc SET close = NULL
  WHERE ctid = ANY (ARRAY(SELECT ctid FROM ohlc ORDER BY synced_at DESC LIMIT $1)) AND abs(hashtext(symbol)) % 3 = 0`

const mendCloses = `
  UPDATE ohlc SET close = price(split_part(symbol, '.', 1)::integer - 2300, ts) WHERE close IS NULL`

const doubleRows = 'INSERT INTO ohlc SELECT * FROM ohlc ORDER BY synced_at DESC LIMIT $1'

const dropDoubles = `
  DELETE FROM ohlc AS later USING ohlc AS first
  WHERE later.symbol = first.symbol AND later.ts = first.ts AND later.ctid > first.ctid`
