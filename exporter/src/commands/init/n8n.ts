// The scheduled workflows of n8n, read from its database in one read-only transaction.
import { z } from 'zod'
import { probePostgres } from '../../probes/postgres/session.ts'
import type { Ask } from '../../probes/postgres/session.ts'
import { nothing } from './draft.ts'
import type { Draft } from './draft.ts'
import { readTrigger } from './n8n-trigger.ts'
import { toSchedule } from './schedule.ts'
import type { Schedule } from './schedule.ts'

const timeoutSeconds = 10

const workflows = z.array(
  z.object({
    name: z.string(),
    nodes: z.array(
      z.object({
        type: z.string(),
        disabled: z.boolean().default(false),
        parameters: z.unknown(),
      }),
    ),
    settings: z.object({ timezone: z.string().optional() }).nullish(),
  }),
)

type Workflow = z.output<typeof workflows>[number]

export interface N8nSource {
  readonly url: string
  /** GENERIC_TIMEZONE of n8n. */
  readonly timezone: string
  readonly signal: AbortSignal
  /** Names of tasks that others have; those of this one are added. */
  readonly taken: Set<string>
}

/** Throws why it could not be read, without the password. */
export async function draftFromN8n({ url, timezone, signal, taken }: N8nSource): Promise<Draft> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)])
  const { result, failure, detail } = await probePostgres(
    { url, signal: deadline, timeoutSeconds },
    readWorkflows,
  )
  if (!result) throw new Error(`the database of n8n could not be read (${failure}): ${detail ?? ''}`)
  const read = result.found.map((workflow) => readWorkflow(workflow, timezone, taken))
  const schedules = read.flatMap(({ schedule }) => schedule ?? [])
  const left = read.flatMap((one) => one.left)
  const { hostname, port, pathname } = new URL(url)
  const address = `${hostname}:${port || 5432}${pathname}`
  const { schema, prefix } = result
  const source = {
    kind: 'n8n',
    database: 'n8n_db',
    ...(schema === 'public' ? {} : { schema }),
    ...(prefix === '' ? {} : { table_prefix: prefix }),
    timezone,
    ...(schedules.length === 0 ? {} : { schedules }),
  }
  return {
    ...nothing,
    found: [
      {
        section: 'databases',
        name: 'n8n_db',
        keys: { url: `\${N8N_DATABASE_URL:-postgresql://watchpost@${address}}` },
        comment:
          'N8N_DATABASE_URL is to hold the password as well. docs/sql/n8n.sql makes the role, which reads no credentials.',
      },
      {
        section: 'tasks',
        name: 'n8n',
        keys: source,
        comment: 'timezone is GENERIC_TIMEZONE of n8n: that of workflows which name none.',
      },
    ],
    left,
  }
}

interface Read {
  readonly schema: string
  readonly prefix: string
  readonly found: readonly Workflow[]
}

async function readWorkflows(ask: Ask): Promise<Read> {
  const [table] = await ask<{ schema: string; name: string; archives: boolean }>(
    `SELECT nspname AS schema, relname AS name, EXISTS (SELECT FROM pg_attribute
      WHERE attrelid = pg_class.oid AND attname = 'isArchived') AS archives
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind = 'r' AND relname LIKE '%workflow_entity' ORDER BY relname LIMIT 1`,
  )
  if (!table) throw new Error('expected the tables of n8n, found no workflow_entity')
  const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`
  const rows = await ask(
    `SELECT name, nodes, settings FROM ${quote(table.schema)}.${quote(table.name)}
    WHERE active ${table.archives ? 'AND NOT "isArchived"' : ''} ORDER BY name LIMIT 1000`,
  )
  return {
    schema: table.schema,
    prefix: table.name.slice(0, -'workflow_entity'.length),
    found: workflows.parse(rows),
  }
}

/** A workflow has one schedule here, or none: with several, any of them would find the runs of the others superfluous. */
function readWorkflow(
  { name, nodes, settings }: Workflow,
  fallback: string,
  taken: Set<string>,
): { readonly schedule: Schedule | undefined; readonly left: readonly string[] } {
  const zone = settings?.timezone
  const timezone = zone === undefined || zone === 'DEFAULT' ? fallback : zone
  const told = nodes
    .filter(({ disabled }) => !disabled)
    .map(({ type, parameters }) => readTrigger(type, parameters))
  const expressions = told.flatMap((one) => one.expressions)
  const unsaid = told.flatMap((one) => one.unsaid)
  const [only, ...more] = expressions
  const leave = (why: string) => ({ schedule: undefined, left: [`n8n, ${JSON.stringify(name)}: ${why}`] })
  if (only !== undefined && more.length === 0 && unsaid.length === 0) {
    if (taken.has(name)) return leave('another task has this name')
    taken.add(name)
    const schedule = toSchedule(name, only, timezone)
    return typeof schedule === 'string' ? leave(schedule) : { schedule, left: [] }
  }
  if (only === undefined && unsaid.length === 0) return { schedule: undefined, left: [] }
  return leave(
    `no cron expression says ${[...expressions.map((one) => JSON.stringify(one)), ...unsaid].join(' and ')}; newer versions of n8n tell Watchpost when it is due`,
  )
}
