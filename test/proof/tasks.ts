// Proof that runs are counted once: writers that race, commit late, edit, retry and prune, and an exporter that is
// killed at random. Afterwards every counter must equal the journal. PROOF_SECONDS sets how long it goes on.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import { startPostgres } from '../harness/postgres.ts'
import { scrape, startExporter } from './exporter-process.ts'
import type { ExporterProcess } from './exporter-process.ts'
import { tablesSql, truthSql } from './task-tables.ts'
import type { Truth } from './task-tables.ts'
import { tidyRuns, writeRuns } from './task-writers.ts'

const seconds = Number(process.env['PROOF_SECONDS'] ?? 60)
const writers = 24

const say = (text: string): void => void process.stdout.write(`${text}\n`)

function renderConfig(url: string): string {
  const source = (table: string, rest: string): string => `
  - { name: ${table}, kind: table, database: db, table: ${table}, ${rest},
      columns: { error: error_message, retry_of: retry_of } }`
  return `databases: [{ name: db, url: "${url}" }]
tasks:${source('by_id', 'cursor: id')}${source('by_end', 'cursor: finished, margin: 2s')}
`
}

interface Watching {
  kills: number
  scrapes: number
  /** Counters that were seen to go back. */
  readonly backwards: Set<string>
  last: ReadonlyMap<string, number>
}

/** Scrapes, kills and starts again until `isOver` says so. */
async function watch(
  start: () => Promise<ExporterProcess>,
  isOver: (page: ReadonlyMap<string, number>) => boolean,
): Promise<Watching> {
  const watching: Watching = { kills: 0, scrapes: 0, backwards: new Set(), last: new Map() }
  let exporter = await start()
  let killAt = Date.now() + 4_000
  try {
    while (watching.scrapes === 0 || !isOver(watching.last)) {
      const page = scrape(exporter.url)
      if (Date.now() > killAt) {
        // In the middle of a scrape, most of the time.
        await sleep(Math.random() * 60)
        await exporter.kill()
        watching.kills += 1
        exporter = await start()
        killAt = Date.now() + 1_000 + Math.random() * 5_000
      }
      takeIn(watching, await page)
      await sleep(250)
    }
    return watching
  } finally {
    await exporter.kill()
  }
}

function takeIn(watching: Watching, page: ReadonlyMap<string, number> | undefined): void {
  if (!page) return
  watching.scrapes += 1
  for (const [series, value] of watching.last) {
    const isCounter = /^watchpost_task_run\w*_(?:total|count|bucket)\{/.test(series)
    if (isCounter && (page.get(series) ?? 0) < value) watching.backwards.add(series)
  }
  watching.last = page
}

interface Difference {
  readonly series: string
  readonly truth: number
  readonly counted: number
}

function compare(truths: readonly Truth[], page: ReadonlyMap<string, number>): Difference[] {
  return truths.flatMap((truth) => {
    const labels = `{task="${truth.task}",task_type="other"`
    const expected: [string, number][] = [
      [`watchpost_task_runs_total${labels}}`, truth.runs],
      [`watchpost_task_run_failures_total${labels}}`, truth.failures],
      [`watchpost_task_run_retries_total${labels}}`, truth.retries],
      [`watchpost_task_run_retry_successes_total${labels}}`, truth.retry_successes],
      [`watchpost_task_run_duration_seconds_count${labels}}`, truth.timed],
      [`watchpost_task_run_duration_seconds_bucket${labels},le="+Inf"}`, truth.timed],
      ...Object.entries(truth.errors).map(([name, count]): [string, number] => [
        `watchpost_task_run_errors_total${labels},error_class="${name}"}`,
        count,
      ]),
    ]
    const differences = expected.map(([series, value]) => ({
      series,
      truth: value,
      counted: page.get(series) ?? 0,
    }))
    const sum = page.get(`watchpost_task_run_duration_seconds_sum${labels}}`) ?? 0
    const isSameSum = Math.abs(sum - truth.seconds) < 0.01
    return [
      ...differences.filter(({ truth: value, counted }) => value !== counted),
      ...(isSameSum
        ? []
        : [{ series: `sum of durations of ${truth.task}`, truth: truth.seconds, counted: sum }]),
    ]
  })
}

async function prove(): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-proof-'))
  const postgres = await startPostgres()
  const clients: Client[] = []
  const connect = async (): Promise<Client> => {
    const client = await postgres.connect()
    clients.push(client)
    return client
  }
  try {
    await postgres.run(`CREATE ROLE watchpost LOGIN PASSWORD 'watchpost' CONNECTION LIMIT 10; ${tablesSql}`)
    const configFile = join(directory, 'watchpost.yml')
    await writeFile(configFile, renderConfig(postgres.urlFor('watchpost', 'watchpost')))
    const stop = new AbortController()
    const journal = await connect()
    const truth = { rows: [] as readonly Truth[] }
    let isWritten = false
    let giveUpAt = Infinity
    const isOver = (page: ReadonlyMap<string, number>): boolean =>
      isWritten && (compare(truth.rows, page).length === 0 || Date.now() > giveUpAt)
    // The first page comes before the first run: what is there already at first sight would be history.
    const watching = watch(() => startExporter(configFile, join(directory, 'state')), isOver)
    await sleep(3_000)
    const work = [tidyRuns(await connect(), stop.signal)]
    for (let index = 0; index < writers; index += 1) {
      work.push(writeRuns(await connect(), index % 2 === 0 ? 'by_id' : 'by_end', stop.signal))
    }
    say(`${writers} writers for ${seconds} s; PROOF_SECONDS=600 makes it longer`)
    await sleep(seconds * 1000)
    stop.abort()
    await Promise.all(work)
    truth.rows = (await journal.query<Truth>(truthSql)).rows
    giveUpAt = Date.now() + 20_000
    isWritten = true
    return report(truth.rows, await watching)
  } finally {
    await Promise.all(clients.map((client) => client.end().catch(() => {})))
    await postgres.remove()
    await rm(directory, { recursive: true, force: true })
  }
}

function report(truths: readonly Truth[], { kills, scrapes, backwards, last }: Watching): boolean {
  const runs = truths.reduce((sum, truth) => sum + truth.runs, 0)
  const differences = compare(truths, last)
  for (const { series, truth, counted } of differences)
    say(`${series}: ${counted}, the journal says ${truth}`)
  for (const series of backwards) say(`${series} went back`)
  const totals = truths.map(({ task, runs: truth }) => ({
    truth,
    counted: last.get(`watchpost_task_runs_total{task="${task}",task_type="other"}`) ?? 0,
  }))
  const lost = totals.reduce((sum, { truth, counted }) => sum + Math.max(0, truth - counted), 0)
  const double = totals.reduce((sum, { truth, counted }) => sum + Math.max(0, counted - truth), 0)
  say(
    `${kills} kills, ${scrapes} scrapes, ${backwards.size} counters went back, ${differences.length} differences`,
  )
  say(`tasks ${runs} runs, ${lost} lost, ${double} double`)
  return differences.length === 0 && backwards.size === 0 && runs > 0
}

process.exitCode = (await prove()) ? 0 : 1
