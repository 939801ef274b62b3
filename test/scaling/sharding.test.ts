// Three exporters share a fleet, and to Prometheus it is the one that it was.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { renderConfig } from '../../demo/config.ts'
import { startFleet } from '../../demo/fleet.ts'
import type { Fleet } from '../../demo/fleet.ts'
import { requireProgram } from '../../demo/programs/find.ts'
import { freePort } from '../../demo/programs/ports.ts'
import type { RunningProcess } from '../../demo/programs/process.ts'
import { startExporter } from '../../demo/stack/exporter.ts'
import { startPrometheus } from '../../demo/stack/prometheus.ts'
import { queryPrometheus } from '../../demo/stack/query.ts'
import { dispatch } from '../../exporter/src/commands/dispatch.ts'
import { answer, listQuestions } from '../harness/questions.ts'
import type { Question } from '../harness/questions.ts'
import { waitFor } from '../harness/wait.ts'

const shards = ['1/3', '2/3', '3/3'] as const
const scrapeIntervalSeconds = 2

const running: RunningProcess[] = []
let directory: string
let fleet: Fleet
/** The exporter of the whole fleet, then the shards. */
let exporters: readonly string[]
/** A Prometheus that scrapes the first, and one that scrapes the others. */
let whole: string
let sharded: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-shards-'))
  fleet = await startFleet({ ports: 'ephemeral', dataDirectory: join(directory, 'fleet'), speed: 1 })
  const [one, other] = [await freePort(), await freePort()]
  exporters = await Promise.all([serve(undefined, one), ...shards.map((shard) => serve(shard, other))])
  whole = await scrape('whole', exporters.slice(0, 1), one)
  sharded = await scrape('sharded', exporters.slice(1), other)
})
afterAll(async () => {
  for (const program of running.toReversed()) await program.stop()
  await fleet.stop()
  await rm(directory, { recursive: true })
})

async function serve(shard: string | undefined, prometheusPort: number): Promise<string> {
  const port = await freePort()
  const config = renderConfig(fleet, { prometheus: `http://127.0.0.1:${prometheusPort}` })
  const flags = shard === undefined ? [] : [`--shard=${shard}`]
  const place = join(directory, shard?.replace('/', '-') ?? 'all')
  running.push(await startExporter({ directory: place, port, config, flags }))
  return `127.0.0.1:${port}`
}

async function scrape(name: string, addresses: readonly string[], port: number): Promise<string> {
  const options = {
    program: await requireProgram('prometheus', { log: () => {} }),
    directory: join(directory, name),
    port,
    scrapeIntervalSeconds,
    addresses: new Map([['exporter:8007', addresses]]),
  }
  running.push(await startPrometheus(options))
  return `http://127.0.0.1:${port}`
}

/** What says something of the exporter itself, which each of them is. */
const ofTheProcess =
  /^(?:process_|nodejs_|watchpost_(?:blind|connectivity_|build_info|config_|scrape_|collector_|shards|threshold|slo_|container_engine_up|container_left_out))/

async function seriesOf(address: string): Promise<string[]> {
  const page = await (await fetch(`http://${address}/metrics`)).text()
  const samples = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return samples
    .map((line) => line.slice(0, line.lastIndexOf(' ')))
    .filter((name) => !ofTheProcess.test(name))
}

test('the shards together have each series of the whole, and each of them once', async () => {
  await waitFor('the same series', async () => {
    const [all = [], ...parts] = await Promise.all(exporters.map(seriesOf))
    expect(parts.every((part) => part.length > 0)).toBe(true)
    expect(parts.flat().toSorted()).toEqual(all.toSorted())
    return true
  })
})

describe('in Prometheus', () => {
  beforeAll(async () => {
    // Three of the services that need it, and the service itself, are watched by different shards.
    await fleet.break('ohlc_api', 'down')
    await fleet.break('sync_kols', 'fail')
  })

  test('the same alerts fire', async () => {
    await waitFor(
      'the same alerts fire',
      async () => {
        const [one, other] = await Promise.all([whole, sharded].map(firing))
        expect(one).toContain('ServiceDown ohlc_api')
        expect(one).toContain('ServiceImpacted analyze_api ohlc_api')
        expect(other).toEqual(one)
        return true
      },
      90,
    )
  }, 100_000)

  test('each exporter names the root cause that another one watches', async () => {
    await waitFor('the same diagnoses', async () => {
      const [all = [], ...parts] = await Promise.all(exporters.map(diagnosesOf))
      expect(all.join('\n')).toMatch(/^analyze_api: dependency ohlc_api, behind it .*ohlc_api/m)
      expect(parts.flat().toSorted()).toEqual(all.toSorted())
      // The one that watches the root is not the one that watches its victim.
      expect(
        parts.some((part) => part.join().includes('ohlc_api:') && part.join().includes('analyze_api:')),
      ).toBe(false)
      return true
    })
  })

  test('every question of every dashboard has the same answer', async () => {
    const questions = await listQuestions(whole)
    await waitFor(
      'the same answers',
      async () => {
        const now = Date.now() / 1000 - scrapeIntervalSeconds
        const ask = (question: Question) =>
          Promise.all(
            [whole, sharded].map(async (url) =>
              describeSeries(await answer(question, { url, now, scrapeIntervalSeconds })),
            ),
          )
        const answers = await Promise.all(
          questions.map(async (question) => [question, await ask(question)] as const),
        )
        const different = answers.filter(([, [one, other]]) => JSON.stringify(one) !== JSON.stringify(other))
        expect(different.map(([{ place, query }, found]) => ({ place, expr: query.expr, found }))).toEqual([])
        return true
      },
      60,
    )
    expect(questions.length).toBeGreaterThan(200)
  }, 90_000)

  test('nothing is counted twice', async () => {
    const targets = 'count(count by (target) (watchpost_target_up))'
    const [one, other] = await Promise.all([whole, sharded].map((url) => value(url, targets)))
    expect(other).toBe(one)
    for (const url of [whole, sharded]) expect(await value(url, 'count(watchpost_target_up)')).toBe(one)
    const services = await value(whole, 'count(watchpost_target_up{kind="service"})')
    const probes = 'sum(rate(watchpost_target_probes_total{kind="service"}[10s])) * 2'
    for (const url of [whole, sharded]) {
      await waitFor(
        'a probe of each in a round',
        async () => Math.round((await value(url, probes)) ?? 0) === services,
      )
    }
  })

  async function value(url: string, promql: string): Promise<number | undefined> {
    return (await queryPrometheus(url, promql))[0]?.value
  }
})

interface Diagnosed {
  readonly target: string
  readonly cause: string
  readonly root_cause: string | null
  readonly evidence: readonly { readonly rung: string; readonly measured: string; readonly ok: boolean }[]
}

/** Each with its cause, and with what was found broken behind it; the words for how come from where it was probed. */
async function diagnosesOf(address: string): Promise<string[]> {
  const answered = await fetch(`http://${address}/api/diagnosis`)
  const { diagnoses } = (await answered.json()) as { diagnoses: readonly Diagnosed[] }
  // Each looks at the machine at a moment of its own.
  const ofTargets = diagnoses.filter(({ target }) => target !== 'host')
  return ofTargets.map(({ target, cause, root_cause: root, evidence }) => {
    const behind = evidence.filter(({ rung, ok }) => rung === 'dependency' && !ok)
    const names = new Set(behind.map(({ measured }) => measured.split(':')[0] ?? ''))
    return `${target}: ${cause} ${root}, behind it ${[...names].toSorted((a, b) => a.localeCompare(b)).join(' ')}`
  })
}

/** Names of exporters are theirs, and the rule files lie elsewhere. */
const own = new Set(['instance', 'rule_group', '__name__'])

function describeSeries(series: readonly { readonly labels: Readonly<Record<string, string>> }[]): string[] {
  const texts = series.map(({ labels }) =>
    Object.entries(labels)
      .filter(([name]) => !own.has(name))
      .map(([name, value]) => `${name}=${value}`)
      .toSorted()
      .join(' '),
  )
  return texts.toSorted()
}

async function firing(url: string): Promise<string[]> {
  const alerts = await queryPrometheus(url, 'ALERTS{alertstate="firing"}')
  const texts = alerts.map(({ labels: { alertname, target, task, root_cause, dependency } }) =>
    [alertname, target, task, root_cause, dependency].filter(Boolean).join(' '),
  )
  return texts.toSorted()
}

describe('the command line', () => {
  const config = async (): Promise<string> => {
    const file = join(directory, `${crypto.randomUUID()}.yml`)
    const services = ['a', 'b', 'c', 'd'].map((name) => `  - { name: ${name}, url: 'http://127.0.0.1:1/' }`)
    const tasks = `tasks: [{ name: jobs, kind: heartbeat, token: hunter2, schedules: [{ task: nightly, cron: '0 3 * * *' }] }]`
    await writeFile(file, ['services:', ...services, tasks, ''].join('\n'))
    return file
  }

  async function run(flags: readonly string[], environment: Record<string, string> = {}) {
    const said = { stdout: '', stderr: '' }
    const code = await dispatch([...flags, `--config.file=${await config()}`], {
      environment,
      write: (text) => void (said.stdout += text),
      writeError: (text) => void (said.stderr += text),
      stop: new AbortController().signal,
      onReload: () => {},
    })
    return { code, ...said }
  }

  test('refuses a shard that there cannot be, whoever names it', async () => {
    const expected = 'expected NUMBER/COUNT with the number from 1 to the count, such as 2/3, got "4/3"\n'
    for (const command of ['serve', 'check', 'status']) {
      const refused = { code: 2, stdout: '', stderr: `watchpost: --shard: ${expected}` }
      expect(await run([command, '--shard=4/3'])).toEqual(refused)
    }
    const { code, stderr } = await run(['check'], { WATCHPOST_SHARD: '4/3' })
    expect({ code, stderr }).toEqual({ code: 2, stderr: `watchpost: WATCHPOST_SHARD: ${expected}` })
  })

  test('says what a shard watches', async () => {
    const { stdout: checked } = await run(['check', '--shard=1/2'])
    expect(checked).toMatch(/ is valid: 4 services, 1 task\nshard 1\/2 watches \d services?, 1 task\n$/)
    const { stdout: status } = await run(['status'], { WATCHPOST_SHARD: '2/2' })
    expect(status).toMatch(/^shard 2\/2\nTARGET /)
    expect(status.split('\n').filter((line) => line.includes('error'))).not.toHaveLength(4)
  })

  test('a ping that reaches another shard than the first is told where to go', async () => {
    const port = await freePort()
    const text = `tasks: [{ name: jobs, kind: heartbeat, token: hunter2, schedules: [{ task: nightly, cron: '0 3 * * *' }] }]\n`
    const place = { directory: join(directory, 'pinged'), port, config: text, flags: ['--shard=2/2'] }
    const exporter = await startExporter(place)
    onTestFinished(() => exporter.stop())
    const answered = await fetch(`http://127.0.0.1:${port}/ping/nightly`, {
      headers: { authorization: 'Bearer hunter2' },
    })
    expect(answered.status).toBe(421)
    expect(await answered.text()).toBe('the first shard watches the tasks; send pings to it\n')
  })
})
