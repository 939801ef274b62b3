// A scrape of task records over tables that grow a hundredfold, against reading all of it and against GROUP BY.
// BENCH_ROWS=10000,1000000,10000000 sets the sizes.
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from 'pg'
import { startPostgres } from '../test/harness/postgres.ts'
import type { TestPostgres } from '../test/harness/postgres.ts'
import { watchTasks } from '../test/harness/tasks.ts'
import { cpuSeconds, median, printRatio } from './ratio.ts'

const sizes = (process.env['BENCH_ROWS'] ?? '10000,1000000').split(',').map(Number)
const rounds = 150
const newRows = 100
const cursors = ['id', 'finished'] as const
// Reading more than this into Node takes gigabytes: beyond it only GROUP BY is left to compare with.
const mostNaiveRows = 2_000_000

const schema = `
  CREATE TABLE runs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, task_name text NOT NULL, task_type text NOT NULL,
    status text NOT NULL, started_at timestamptz NOT NULL, finished_at timestamptz, error_message text);
  CREATE INDEX ON runs (finished_at, id) WHERE finished_at IS NOT NULL;
  CREATE INDEX ON runs (id) WHERE finished_at IS NULL`

const insert = (count: number, age: string): string => `
  INSERT INTO runs (task_name, task_type, status, started_at, finished_at, error_message)
  SELECT 'task_' || n % 30, 'hourly', CASE n % 10 WHEN 0 THEN 'failed' ELSE 'success' END, ended - interval '5 s', ended,
    CASE n % 10 WHEN 0 THEN 'HTTP 503 from upstream' END
  FROM (SELECT n, now() - ${age} AS ended FROM generate_series(1, ${count}) AS n) AS rows`

interface Cost {
  readonly wallMilliseconds: number
  /** CPU of the exporter and of its database sessions, for one round. */
  readonly cpuMilliseconds: number
  readonly rows: number
}

type Costs = Readonly<Record<'id' | 'finished' | 'groupBy', Cost>> & { readonly naive: Cost | undefined }

export async function run(): Promise<void> {
  // Code that is not compiled yet would make the first size look dear, and flatter the growth.
  await startAndMeasure(sizes[0] ?? 0)
  const found: Costs[] = []
  for (const size of sizes) {
    const costs = await startAndMeasure(size)
    for (const [name, cost] of Object.entries(costs)) if (cost) print(size, name, cost)
    found.push(costs)
  }
  const [first, last] = [found.at(0), found.at(-1)]
  const naive = found.findLast((costs) => costs.naive)?.naive
  if (!first || !last || !naive) return
  for (const cursor of cursors) {
    const [small, large] = [first[cursor], last[cursor]]
    printRatio(`tasks-${cursor}-wall-growth`, large.wallMilliseconds / small.wallMilliseconds, 1.3)
    printRatio(`tasks-${cursor}-cpu-growth`, large.cpuMilliseconds / small.cpuMilliseconds, 1.3)
    printRatio(`tasks-${cursor}-rows-read`, large.rows / newRows, 1.05)
    printRatio(`tasks-${cursor}-to-group-by`, large.cpuMilliseconds / last.groupBy.cpuMilliseconds, 0.05)
    printRatio(`tasks-${cursor}-to-naive`, large.cpuMilliseconds / naive.cpuMilliseconds, 0.005)
  }
}

async function startAndMeasure(size: number): Promise<Costs> {
  const postgres = await startPostgres()
  try {
    return await measureSize(postgres, size)
  } finally {
    await postgres.remove()
  }
}

async function measureSize(postgres: TestPostgres, size: number): Promise<Costs> {
  const client = await postgres.connect({ application: 'peer' })
  try {
    await client.query(schema)
    await client.query(insert(size, "interval '9 days' * (1 - n::float8 / 1e8)"))
    await client.query('VACUUM ANALYZE runs')
    const id = await measureWatchpost(postgres, client, 'id')
    const finished = await measureWatchpost(postgres, client, 'finished')
    const naive = size > mostNaiveRows ? undefined : await measureNaive(client)
    return { id, finished, naive, groupBy: await measureGroupBy(client) }
  } finally {
    await client.end()
  }
}

async function measureWatchpost(postgres: TestPostgres, client: Client, cursor: string): Promise<Cost> {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'watchpost-bench-'))
  const columns = { type: 'task_type', error: 'error_message' }
  const source = { kind: 'table', table: 'runs', cursor, margin: '0s', columns }
  const tasks = watchTasks({ url: postgres.url, stateDirectory, source })
  try {
    while ((await tasks.collect()).sources[0]?.isCatchingUp !== false);
    const walls: number[] = []
    const begin = { cpu: 0, rows: 0, backend: 0 }
    let own = 0
    for (let round = -20; round < rounds; round += 1) {
      if (round === 0) {
        Object.assign(begin, {
          rows: (await tasks.collect()).sources[0]?.rowsRead,
          backend: await backendSeconds(client),
        })
      }
      await client.query(insert(newRows, "interval '0 s'"))
      const [cpu, wall] = [cpuSeconds(), performance.now()]
      await tasks.collect()
      if (round < 0) continue
      own += cpuSeconds() - cpu
      walls.push(performance.now() - wall)
    }
    const backend = (await backendSeconds(client)) - begin.backend
    const rowsRead = (await tasks.collect()).sources[0]?.rowsRead ?? 0
    return {
      wallMilliseconds: median(walls),
      cpuMilliseconds: ((own + backend) * 1000) / rounds,
      rows: (rowsRead - begin.rows) / rounds,
    }
  } finally {
    await tasks.close()
    await rm(stateDirectory, { recursive: true })
  }
}

/** CPU that the sessions of `application` have spent, from /proc: the server is on this machine. */
async function backendSeconds(client: Client, application = 'watchpost'): Promise<number> {
  const { rows } = await client.query<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE application_name = $1',
    [application],
  )
  return rows.reduce((sum, { pid }) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return sum + (Number(fields[11]) + Number(fields[12])) / 100
  }, 0)
}

/** What a collector does that keeps no place: every row, folded here. */
async function measureNaive(client: Client): Promise<Cost> {
  return measurePeer(client, 1, async () => {
    const { rows } = await client.query<{ task_name: string; status: string }>('SELECT * FROM runs')
    const totals = new Map<string, number>()
    for (const row of rows)
      totals.set(`${row.task_name} ${row.status}`, (totals.get(`${row.task_name} ${row.status}`) ?? 0) + 1)
    return rows.length
  })
}

async function measureGroupBy(client: Client): Promise<Cost> {
  await client.query('SET max_parallel_workers_per_gather = 0')
  return measurePeer(client, 5, async () => {
    await client.query(
      'SELECT task_name, status, count(*), avg(finished_at - started_at), max(finished_at) FROM runs GROUP BY task_name, status',
    )
    const { rows } = await client.query<{ count: string }>(
      'SELECT reltuples AS count FROM pg_class WHERE relname = $1',
      ['runs'],
    )
    return Number(rows[0]?.count)
  })
}

async function measurePeer(client: Client, times: number, work: () => Promise<number>): Promise<Cost> {
  const walls: number[] = []
  const begin = cpuSeconds() + (await backendSeconds(client, 'peer'))
  let rows = 0
  for (let round = 0; round < times; round += 1) {
    const began = performance.now()
    rows = await work()
    walls.push(performance.now() - began)
  }
  const cpu = cpuSeconds() + (await backendSeconds(client, 'peer')) - begin
  return { wallMilliseconds: median(walls), cpuMilliseconds: (cpu * 1000) / times, rows }
}

function print(size: number, name: string, { wallMilliseconds, cpuMilliseconds, rows }: Cost): void {
  const cells = [
    `${wallMilliseconds.toFixed(1)} ms`,
    `${cpuMilliseconds.toFixed(2)} ms CPU`,
    `${rows.toFixed(0)} rows read`,
  ]
  process.stdout.write(`${String(size).padStart(9)} rows, ${name.padEnd(8)} ${cells.join(', ')}\n`)
}
