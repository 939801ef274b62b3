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
import type { TaskWatch } from '../test/harness/tasks.ts'
import { cpuSeconds, median, printRatio } from './ratio.ts'

const sizes = (process.env['BENCH_ROWS'] ?? '10000,1000000').split(',').map(Number)
const warmRounds = 30
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
  /** CPU of the exporter and of its database session, for one round. */
  readonly cpuMilliseconds: number
  readonly rows: number
}

/** A table of one size, with a reader of each kind. */
interface Subject {
  readonly size: number
  readonly postgres: TestPostgres
  readonly client: Client
  readonly readers: readonly Reader[]
}

interface Reader {
  readonly cursor: (typeof cursors)[number]
  readonly tasks: TaskWatch
  readonly walls: number[]
  cpu: number
  rows: number
}

export async function run(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-bench-'))
  const subjects: Subject[] = []
  try {
    for (const size of sizes) subjects.push(await prepare(size, join(directory, String(size))))
    // In turns, so that what else happens on this machine happens to all sizes alike.
    for (let round = -warmRounds; round < rounds; round += 1) {
      for (const subject of subjects) await measureRound(subject, round >= 0)
    }
    await report(subjects)
  } finally {
    for (const { client, postgres, readers } of subjects) {
      await Promise.all(readers.map(({ tasks }) => tasks.close()))
      await client.end()
      await postgres.remove()
    }
    await rm(directory, { recursive: true })
  }
}

async function prepare(size: number, directory: string): Promise<Subject> {
  const postgres = await startPostgres()
  const client = await postgres.connect({ application: 'peer' })
  await client.query(schema)
  await client.query(insert(size, "interval '9 days' * (1 - n::float8 / 1e8)"))
  await client.query('VACUUM ANALYZE runs')
  await client.query('CHECKPOINT')
  const readers: Reader[] = []
  for (const cursor of cursors) {
    const columns = { type: 'task_type', error: 'error_message' }
    const source = { kind: 'table', table: 'runs', cursor, margin: '0s', columns }
    // A role of its own, so that its sessions can be told from others.
    await client.query(`CREATE ROLE ${cursor} LOGIN PASSWORD 'bench' IN ROLE pg_read_all_data`)
    const url = postgres.urlFor(cursor, 'bench')
    const tasks = watchTasks({ url, stateDirectory: join(directory, cursor), source })
    while ((await tasks.collect()).sources[0]?.isCatchingUp !== false);
    readers.push({ cursor, tasks, walls: [], cpu: 0, rows: 0 })
  }
  return { size, postgres, client, readers }
}

async function measureRound({ client, readers }: Subject, isCounted: boolean): Promise<void> {
  await client.query(insert(newRows, "interval '0 s'"))
  for (const reader of readers) {
    const session = await sessionSeconds(client, reader.cursor)
    const [cpu, began] = [cpuSeconds(), performance.now()]
    const { sources } = await reader.tasks.collect()
    const [wall, own] = [performance.now() - began, cpuSeconds() - cpu]
    if (isCounted) {
      reader.walls.push(wall)
      reader.cpu += own + (await sessionSeconds(client, reader.cursor)) - session
    }
    if (!isCounted) reader.rows = -(sources[0]?.rowsRead ?? 0)
    else if (reader.walls.length === rounds) reader.rows += sources[0]?.rowsRead ?? 0
  }
}

/** CPU that the sessions of a role have spent, from /proc: the server is on this machine. Exact in sum, in steps of 10 ms. */
async function sessionSeconds(client: Client, role: string): Promise<number> {
  const { rows } = await client.query<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE usename = $1',
    [role],
  )
  return rows.reduce((sum, { pid }) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return sum + (Number(fields[11]) + Number(fields[12])) / 100
  }, 0)
}

function costOf({ walls, cpu, rows }: Reader): Cost {
  return { wallMilliseconds: median(walls), cpuMilliseconds: (cpu * 1000) / rounds, rows: rows / rounds }
}

async function report(subjects: readonly Subject[]): Promise<void> {
  let [naive, groupBy]: (Cost | undefined)[] = []
  for (const { size, client, readers } of subjects) {
    for (const reader of readers) print(size, reader.cursor, costOf(reader))
    if (size <= mostNaiveRows) print(size, 'naive', (naive = await measureNaive(client)))
    print(size, 'GROUP BY', (groupBy = await measureGroupBy(client)))
  }
  const [first, last] = [subjects.at(0), subjects.at(-1)]
  if (!first || !last || !naive || !groupBy) return
  for (const [index, cursor] of cursors.entries()) {
    const [small, large] = [first.readers[index], last.readers[index]].map(
      (reader) => reader && costOf(reader),
    )
    if (!small || !large) continue
    printRatio(`tasks-${cursor}-wall-growth`, large.wallMilliseconds / small.wallMilliseconds, 1.3)
    printRatio(`tasks-${cursor}-cpu-growth`, large.cpuMilliseconds / small.cpuMilliseconds, 1.3)
    printRatio(`tasks-${cursor}-rows-read`, large.rows / newRows, 1.05)
    printRatio(`tasks-${cursor}-to-group-by`, large.cpuMilliseconds / groupBy.cpuMilliseconds, 0.05)
    printRatio(`tasks-${cursor}-to-naive`, large.cpuMilliseconds / naive.cpuMilliseconds, 0.005)
  }
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
  const begin = cpuSeconds() + (await sessionSeconds(client, 'postgres'))
  let rows = 0
  for (let round = 0; round < times; round += 1) {
    const began = performance.now()
    rows = await work()
    walls.push(performance.now() - began)
  }
  const cpu = cpuSeconds() + (await sessionSeconds(client, 'postgres')) - begin
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
