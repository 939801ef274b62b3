// 1,000 services probed by the whole exporter and by blackbox_exporter: CPU, accuracy, and what hung targets do.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { requireProgram } from '../demo/programs/find.ts'
import { startRate } from '../exporter/src/probes/pace.ts'
import { createIdentity } from '../demo/certificate.ts'
import { startBareClient, startBlackbox, startExporter, startTargets } from './probes/processes.ts'
import type { TargetOptions } from './probes/processes.ts'
import { measureTruth, scrapeBlackbox, scrapeExporter } from './probes/rounds.ts'
import type { Round } from './probes/rounds.ts'
import { median, printRatio } from './ratio.ts'

const count = 1000
/** An exporter runs for months; what its compiler does in the first rounds, most of all in the tenth to twelfth, is not what it costs. */
const warmUpRounds = 12
/** Prometheus spreads its targets evenly over the scrape interval: 1,000 of them over 5 s. */
const spreadPerSecond = 200
/** How fast our exporter starts as many within one scrape. */
const ownPerSecond = startRate(count, 9.5)
const hungWarmUpRounds = 2
/** Of a scrape that Prometheus gives up after 4 s. */
const ownDeadlineSeconds = 3.5
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5)

interface Bench {
  readonly directory: string
  readonly blackbox: string
}

interface Rival {
  readonly name: string
  /** Keys of each of our services beside name and url. */
  readonly keys: Readonly<Record<string, unknown>>
  readonly goal: number
}

export async function run(): Promise<void> {
  const log = (line: string): void => void process.stderr.write(`${line}\n`)
  const { path, version } = await requireProgram('blackbox_exporter', { log })
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-bench-'))
  print(`against blackbox_exporter ${version}; ${count} targets, medians of ${rounds} rounds`)
  try {
    const bench = { directory, blackbox: path }
    const identity = await writeIdentity(directory)
    const tls = { ca_file: identity.authority }
    await benchCpu(bench, { count }, [
      { name: 'http-fresh', keys: {}, goal: 0.4 },
      { name: 'http-keep', keys: { connection: 'keep' }, goal: 0.15 },
    ])
    await describeFloor()
    await benchCpu(bench, { count, identity }, [
      { name: 'https-fresh', keys: { tls }, goal: 0.9 },
      { name: 'https-resume', keys: { tls, connection: 'resume' }, goal: 0.6 },
    ])
    // Both offer HTTP/2 to whoever takes it; the targets above do not.
    await benchCpu(bench, { count, identity, speaksHttp2: true }, [
      { name: 'https-http2', keys: { tls }, goal: 0.9 },
    ])
    await benchAccuracy(bench)
    await benchHung(bench)
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** The rivals take turns, so that a noisy minute of the machine meets them all. */
async function benchCpu(bench: Bench, options: TargetOptions, rivals: readonly Rival[]): Promise<void> {
  const targets = await startTargets(options)
  const urls = urlsOf(targets.ports, options)
  const blackbox = await startBlackbox(bench.blackbox, await writeModules(bench, options.identity))
  const exporters = await Promise.all(
    rivals.map(async ({ keys }, index) =>
      startExporter(await writeConfig(bench, { file: index, urls, keys })),
    ),
  )
  const costs: Round[][] = [[], [], ...rivals.map(() => [])]
  for (let round = 0; round < warmUpRounds + rounds; round += 1) {
    const taken = []
    for (const pace of [spreadPerSecond, ownPerSecond]) taken.push(await scrapeBlackbox(blackbox, urls, pace))
    for (const exporter of exporters) taken.push(await scrapeExporter(exporter))
    if (round >= warmUpRounds) for (const [index, one] of taken.entries()) costs[index]?.push(one)
  }
  await Promise.all([...exporters, blackbox, targets].map((process) => process.stop()))
  const peers = [spreadPerSecond, ownPerSecond].map((pace) => `blackbox ${pace}/s`)
  for (const [index, name] of [...peers, ...rivals.map((rival) => rival.name)].entries()) {
    describe(name, costs[index] ?? [])
  }
  compare(rivals, costs)
}

function compare(rivals: readonly Rival[], costs: readonly (readonly Round[])[]): void {
  const middle = (taken: readonly Round[] = []): number => median(taken.map(({ cpuSeconds }) => cpuSeconds))
  const [spread, samePace, ...ours] = costs
  for (const [index, { name, goal }] of rivals.entries()) {
    const own = middle(ours[index])
    printRatio(`probes-${name}-as-scraped`, own / middle(spread), goal)
    printRatio(`probes-${name}-same-pace`, own / middle(samePace), goal)
  }
}

function describe(name: string, taken: readonly Round[]): void {
  const cpu = taken.map(({ cpuSeconds }) => cpuSeconds * 1000)
  const durations = taken.flatMap((round) => round.durations).toSorted((a, b) => a - b)
  const [middle = Number.NaN, high = Number.NaN] = [0.5, 0.99].map(
    (at) => durations[Math.floor(durations.length * at)],
  )
  const succeeded = Math.min(...taken.map((round) => round.durations.length))
  print(
    `${name.padEnd(15)} ${median(cpu).toFixed(0)} ms CPU (${Math.min(...cpu).toFixed(0)} to ${Math.max(...cpu).toFixed(0)}), ` +
      `at least ${succeeded} succeeded, reported median ${(middle * 1000).toFixed(2)} ms, p99 ${(high * 1000).toFixed(2)} ms`,
  )
}

/** What of the above is the work of Node.js and the kernel alone, whoever uses them. */
async function describeFloor(): Promise<void> {
  const targets = await startTargets({ count })
  for (const [name, isKept] of [
    ['fresh', false],
    ['keep', true],
  ] as const) {
    const client = startBareClient(isKept)
    const taken: number[] = []
    for (let round = 0; round < warmUpRounds + rounds; round += 1) {
      const cpuSeconds = await client.ask(targets.ports, ownPerSecond)
      if (round >= warmUpRounds) taken.push(cpuSeconds)
    }
    await client.stop()
    print(
      `bare-${name.padEnd(10)} ${(median(taken) * 1000).toFixed(0)} ms CPU of a client that looks at nothing`,
    )
  }
  await targets.stop()
}

async function benchAccuracy(bench: Bench): Promise<void> {
  const targets = await startTargets({ count, delayMilliseconds: 20 })
  const urls = urlsOf(targets.ports, {})
  const exporter = await startExporter(await writeConfig(bench, { file: 0, urls, keys: {} }))
  const truth = await measureTruth(targets.ports[0] ?? 0, 100)
  const taken = []
  for (let round = 0; round < 3; round += 1) taken.push(await scrapeExporter(exporter))
  await Promise.all([exporter.stop(), targets.stop()])
  const [, ...warm] = taken
  describe('accuracy', warm)
  print(`truth           ${(truth * 1000).toFixed(2)} ms`)
  const reported = median(warm.flatMap(({ durations }) => durations))
  printRatio('probes-median-error-milliseconds', Math.abs(reported - truth) * 1000, 1)
}

async function benchHung(bench: Bench): Promise<void> {
  const hung = 100
  const targets = await startTargets({ count, hung })
  const urls = urlsOf(targets.ports, {})
  const exporter = await startExporter(await writeConfig(bench, { file: 0, urls, keys: { timeout: '30s' } }))
  const taken = []
  for (let round = 0; round < hungWarmUpRounds + 3; round += 1) taken.push(await scrapeExporter(exporter, 4))
  await Promise.all([exporter.stop(), targets.stop()])
  const lost = Math.max(...taken.map(({ durations }) => count - hung - durations.length))
  const [first = Number.NaN, ...later] = taken.map(({ wallSeconds }) => wallSeconds - ownDeadlineSeconds)
  const late = Math.max(...later.slice(hungWarmUpRounds - 1))
  describe(`${hung} hung`, taken.slice(hungWarmUpRounds))
  print(`the very first page after the start came ${(first * 1000).toFixed(0)} ms after the deadline`)
  printRatio('probes-hung-healthy-lost', lost, 0)
  printRatio('probes-hung-late-seconds', late, 0.1)
}

function urlsOf(ports: readonly number[], { identity }: Pick<TargetOptions, 'identity'>): string[] {
  return ports.map((port) => `http${identity ? 's' : ''}://127.0.0.1:${port}/health`)
}

interface Config {
  readonly file: number
  readonly urls: readonly string[]
  readonly keys: Readonly<Record<string, unknown>>
}

async function writeConfig({ directory }: Bench, { file, urls, keys }: Config): Promise<string> {
  const path = join(directory, `watchpost-${file}.yml`)
  const services = urls.map((url, index) => ({ name: `service_${index}`, url, ...keys }))
  await writeFile(path, stringify({ services }, { aliasDuplicateObjects: false }))
  return path
}

async function writeModules({ directory }: Bench, identity: TargetOptions['identity']): Promise<string> {
  const path = join(directory, 'blackbox.yml')
  const tls = identity ? { tls_config: { ca_file: join(directory, 'ca.pem') } } : {}
  const http = { preferred_ip_protocol: 'ip4', ...tls }
  await writeFile(path, stringify({ modules: { http_2xx: { prober: 'http', timeout: '5s', http } } }))
  return path
}

/** RSA, as most certificates are. */
async function writeIdentity(directory: string): Promise<{ cert: string; key: string; authority: string }> {
  const authority = createIdentity({ name: 'Benchmark CA', isAuthority: true, keyType: 'rsa' })
  const target = createIdentity({ name: 'target', issuer: authority, hosts: ['127.0.0.1'], keyType: 'rsa' })
  const files = { cert: target.cert, key: target.key, authority: authority.cert }
  const paths = {
    cert: join(directory, 'target.pem'),
    key: join(directory, 'target.key'),
    authority: join(directory, 'ca.pem'),
  }
  for (const name of ['cert', 'key', 'authority'] as const) await writeFile(paths[name], files[name])
  return paths
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
