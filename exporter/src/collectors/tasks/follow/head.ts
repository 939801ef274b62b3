// The first question of a reading: what time it is there, who is under way, and which table this is.
import type { ClientBase } from 'pg'
import type { Step } from './ladder.ts'
import { quoteText } from './plan.ts'
import type { Plan } from './plan.ts'
import type { Identity } from '../account/state.ts'

export interface Head extends Step {
  readonly identity: Identity
  /** The highest id; undefined for an empty table, or where ids have no order. */
  readonly maxId: bigint | undefined
}

interface HeadRow {
  readonly at: number
  readonly xmin: string
  readonly xmax: string
  readonly database: string
  readonly relation: string
  readonly filenode: string | null
  readonly max_id: string | null
}

export async function readHead(client: ClientBase, plan: Plan): Promise<Head> {
  const maxId = plan.cursor === 'id' ? `(SELECT max(${plan.id.sql})::text FROM ${plan.base})` : 'NULL::text'
  // Positions are kept as text, so the text must not depend on how the server or the role is set up. The clock is
  // now(), the beginning of the transaction: never later than its snapshot.
  const result = await client.query(
    `SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD';
    SELECT extract(epoch FROM now())::float8 AS at,
      pg_snapshot_xmin(snapshot)::text AS xmin, pg_snapshot_xmax(snapshot)::text AS xmax,
      (SELECT oid::text FROM pg_database WHERE datname = current_database()) AS database,
      relation::oid::text AS relation, pg_relation_filenode(relation)::text AS filenode, ${maxId} AS max_id
    FROM pg_current_snapshot() AS snapshot, CAST(${quoteText(plan.table)} AS regclass) AS relation`,
  )
  // Several statements in one message give several results, which the types of the driver do not know.
  const [row] = (result as unknown as readonly { rows: HeadRow[] }[]).at(-1)?.rows ?? []
  if (!row) throw new Error(`table ${plan.table}: expected one row that describes it, got none`)
  return {
    at: row.at,
    xmin: BigInt(row.xmin),
    xmax: BigInt(row.xmax),
    identity: { database: row.database, relation: row.relation, filenode: row.filenode ?? '' },
    maxId: row.max_id === null ? undefined : BigInt(row.max_id),
  }
}
