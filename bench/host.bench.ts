// One collection of the host, from /proc to the page, against a scrape of node_exporter with like collectors: CPU.
import { readFile } from 'node:fs/promises'
import { requireProgram } from '../demo/programs/find.ts'
import { freePort } from '../demo/programs/ports.ts'
import { startProcess } from '../demo/programs/process.ts'
import { host } from '../exporter/src/collectors/host/host.ts'
import { createLog } from '../exporter/src/log.ts'
import { renderPage } from '../exporter/src/metrics/exposition.ts'
import { cpuSeconds, printRatio } from './ratio.ts'

const rounds = 300
const like = [
  'cpu',
  'meminfo',
  'filesystem',
  'loadavg',
  'netdev',
  'diskstats',
  'pressure',
  'stat',
  'uname',
  'filefd',
]

export async function run(): Promise<void> {
  const ours = (await measureOurs()) * 1000
  const peer = (await measurePeer()) * 1000
  process.stdout.write(
    `watchpost ${ours.toFixed(2)} ms CPU, node_exporter ${peer.toFixed(2)} ms CPU for a collection\n`,
  )
  printRatio('host-cpu', ours / peer, 1)
}

async function measureOurs(): Promise<number> {
  const watch = host.create(host.schema.parse({ enabled: true }), {
    log: createLog('error'),
    timeoutSeconds: 5,
    databases: new Map(),
    services: [],
    dependencies: new Map(),
    memory: new Map(),
    stateDirectory: undefined,
  })
  const collect = async (): Promise<void> => {
    const round = { signal: AbortSignal.timeout(5_000), timeoutSeconds: 5, now: Date.now() / 1000 }
    renderPage(host.families(await watch.collect(round)), 'text')
  }
  for (let index = 0; index < rounds; index += 1) await collect()
  const began = cpuSeconds()
  for (let index = 0; index < rounds; index += 1) await collect()
  return (cpuSeconds() - began) / rounds
}

async function measurePeer(): Promise<number> {
  const { path } = await requireProgram('node_exporter', { log: (line) => process.stderr.write(`${line}\n`) })
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const running = await startProcess({
    name: 'node_exporter',
    command: path,
    arguments: [
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.disable-exporter-metrics',
      '--collector.disable-defaults',
      ...like.map((name) => `--collector.${name}`),
    ],
    readyUrl: url,
  })
  try {
    const scrape = async (): Promise<unknown> => (await fetch(`${url}/metrics`)).arrayBuffer()
    for (let index = 0; index < 30; index += 1) await scrape()
    const began = await ticks(running.pid)
    for (let index = 0; index < rounds; index += 1) await scrape()
    return ((await ticks(running.pid)) - began) / 100 / rounds
  } finally {
    await running.stop()
  }
}

/** CPU of a process in hundredths of a second, user and system. */
async function ticks(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ')
  return Number(fields[11]) + Number(fields[12])
}
