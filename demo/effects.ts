// What a successful run leaves behind: rows of a source, drafts, published posts.
import type { Pool } from 'pg'
import type { Task } from './tasks.ts'

/** What may be wrong with the rows that a source delivers. */
export type RowDefect = 'nulls' | 'duplicates'

export interface EffectOptions {
  readonly pool: Pool
  /** A stalled source answers, but has nothing new to take over. */
  readonly isStalled: (source: string) => boolean
  readonly rowDefect: () => RowDefect | undefined
}

export async function applyEffect(task: Task, options: EffectOptions): Promise<void> {
  const { pool, isStalled, rowDefect } = options
  if (task.effect === 'write_drafts') await pool.query(writeDrafts)
  if (task.effect === 'publish') await pool.query(publish)
  if (task.effect !== 'sync' || task.source === undefined || isStalled(task.source)) return
  if (task.source === 'finlab_api') {
    const defect = rowDefect()
    await pool.query(takeOverPrices, [defect === 'nulls', defect === 'duplicates' ? 2 : 1])
  }
  if (task.source === 'google_sheets') await pool.query(changeKols)
  await pool.query(`INSERT INTO ${task.source}_syncs (row_count) VALUES (20)`)
}

const writeDrafts = `
  INSERT INTO posts (kol_id, state)
  SELECT id, 'draft' FROM kols WHERE state = 'active' ORDER BY random() LIMIT 6`

// The oldest that are scheduled go out, and all drafts are scheduled after them.
const publish = `
  WITH due AS (
    SELECT id FROM posts WHERE state = 'scheduled' ORDER BY id LIMIT 6
  ), published AS (
    UPDATE posts SET state = CASE WHEN due.id % 25 = 0 THEN 'failed' ELSE 'published' END,
                     published_at = CASE WHEN due.id % 25 = 0 THEN NULL ELSE now() END
    FROM due WHERE posts.id = due.id
  )
  UPDATE posts SET state = 'scheduled' WHERE state = 'draft'`

const takeOverPrices = `
  INSERT INTO ohlc (symbol, ts, close, volume)
  SELECT (2300 + n) || '.TW', now(), CASE WHEN $1 AND n % 3 = 0 THEN NULL ELSE price(n, now()) END,
         1000 * (5 + (n * 7) % 11)
  FROM generate_series(1, 20) AS n, generate_series(1, $2::integer)`

// One changes its state, and once in a while a new one joins.
const changeKols = `
  WITH joined AS (
    INSERT INTO kols (nickname, state)
    SELECT 'KOL ' || count(*) + 1, 'training' FROM kols HAVING count(*) < 200 AND random() < 0.1
  )
  UPDATE kols SET state = CASE state WHEN 'active' THEN 'paused' WHEN 'paused' THEN 'training' ELSE 'active' END
  WHERE id = (SELECT id FROM kols WHERE state <> 'retired' ORDER BY random() LIMIT 1)`
