// Says whether Postgres would have to read the whole table on each scrape: a missing index is found at start, and
// not when the table has grown.
import type { ClientBase } from 'pg'
import { endedSql, runningSql } from './by-finished.ts'
import type { Plan } from './plan.ts'

interface PlanNode {
  readonly 'Node Type': string
  readonly Plans?: readonly PlanNode[]
}

/** Advice for a person; undefined when every question has its index. */
export async function findFullScan(client: ClientBase, plan: Plan): Promise<string | undefined> {
  // Of a small table Postgres reads all whatever there is; the question is what it could do.
  await client.query('SET LOCAL enable_seqscan = off')
  for (const { sql, values, index } of questions(plan)) {
    const { rows } = await client.query<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>(
      `EXPLAIN (FORMAT JSON) ${sql}`,
      values,
    )
    const root = rows[0]?.['QUERY PLAN'][0]?.Plan
    if (root && scans(root)) {
      return `every scrape reads the whole table; create an index: CREATE INDEX CONCURRENTLY ON ${plan.table} ${index}`
    }
  }
  return undefined
}

interface Question {
  readonly sql: string
  readonly values: string[]
  readonly index: string
}

function questions(plan: Plan): Question[] {
  const { id, finished } = plan
  if (plan.cursor === 'id') {
    const sql = `SELECT ${id.sql} FROM ${plan.base} WHERE ${id.sql} > $1 ORDER BY ${id.sql} LIMIT 1`
    return [{ sql, values: ['0'], index: `(${id.sql})` }]
  }
  const start = '2000-01-01T00:00:00Z'
  return [
    {
      sql: endedSql(plan, { finished: start, id: undefined }, { pageRows: 1 }),
      values: [start, start],
      index: `(${finished.sql}, ${id.sql}) WHERE ${finished.sql} IS NOT NULL`,
    },
    { sql: runningSql(plan), values: [], index: `(${id.sql}) WHERE ${finished.sql} IS NULL` },
  ]
}

function scans(node: PlanNode): boolean {
  return node['Node Type'] === 'Seq Scan' || (node.Plans ?? []).some(scans)
}
