// Endpoints on /probe beside the real blackbox_exporter: the same servers, asked by both, series by series.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createSecureServer } from 'node:http2'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { createIdentity } from '../../demo/certificate.ts'
import { requireProgram } from '../../demo/programs/find.ts'
import { freePort } from '../../demo/programs/ports.ts'
import { startProcess } from '../../demo/programs/process.ts'
import { answer } from '../../exporter/src/probes/testing/name-server.ts'

const stops: (() => unknown)[] = []
const identity = createIdentity({ name: 'endpoint', hosts: ['127.0.0.1'] })
let ours: string
let theirs: string
let addresses: Readonly<Record<string, string>>

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-kinds-'))
  stops.push(() => rm(directory, { recursive: true }))
  const ca_file = join(directory, 'ca.pem')
  await writeFile(ca_file, identity.cert)
  addresses = { tcp: await openTcp(), grpc: await openGrpc(), dns: await openDns(), icmp: '127.0.0.1' }
  const { tcp: address, grpc, dns: server, icmp: host } = addresses
  const tls = { ca_file }
  const endpoints = [
    { name: 'tcp', probe: 'tcp', address, tls },
    { name: 'grpc', probe: 'grpc', address: grpc, tls },
    { name: 'dns', probe: 'dns', server, query: 'shop.example', type: 'SOA' },
    { name: 'icmp', probe: 'icmp', host },
  ]
  await writeFile(join(directory, 'watchpost.yml'), stringify({ endpoints }))
  const ip4 = { preferred_ip_protocol: 'ip4' }
  const modules = {
    tcp: { prober: 'tcp', tcp: { ...ip4, tls: true, tls_config: tls } },
    grpc: { prober: 'grpc', grpc: { ...ip4, tls: true, tls_config: tls } },
    dns: { prober: 'dns', dns: { ...ip4, query_name: 'shop.example', query_type: 'SOA' } },
    icmp: { prober: 'icmp', icmp: ip4 },
  }
  await writeFile(join(directory, 'blackbox.yml'), stringify({ modules }))
  await Promise.all([startExporter(directory), startBlackbox(directory)])
})
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop()
})

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stops.push(() => server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

function openTcp(): Promise<string> {
  return listen(createTlsServer(identity, (socket) => socket.on('error', () => {}).end('hello')))
}

function openGrpc(): Promise<string> {
  const server = createSecureServer({ cert: identity.cert, key: identity.key }).on('stream', (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.end(Buffer.from([0, 0, 0, 0, 2, 8, 1]))
  })
  return listen(server)
}

/** Names and numbers of a zone; the serial number is 7, and two servers are said to have it. */
async function openDns(): Promise<string> {
  const soa = Buffer.from([0xc0, 12, 0xc0, 12, ...[7, 1, 1, 1, 1].flatMap((number) => [0, 0, 0, number])])
  const authorities = [Buffer.from([0xc0, 12]), Buffer.from([0xc0, 12])]
  const server = createSocket('udp4')
  server.on('message', (question, { port, address }) => {
    server.send(answer(question, { type: 6, records: [soa], authorities }), port, address)
  })
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  stops.push(() => server.close())
  return `127.0.0.1:${server.address().port}`
}

async function startExporter(directory: string): Promise<void> {
  const ping = await requireProgram('ping', { log: () => {} })
  ours = `http://127.0.0.1:${await freePort()}`
  const flags = [`--config.file=${directory}/watchpost.yml`, `--web.listen-address=${new URL(ours).host}`]
  const running = await startProcess({
    name: 'exporter',
    command: process.execPath,
    arguments: ['exporter/watchpost.js', 'serve', ...flags],
    environment: { PATH: [dirname(ping.path), process.env['PATH']].join(delimiter) },
    readyUrl: `${ours}/-/ready`,
  })
  stops.push(running.stop)
}

async function startBlackbox(directory: string): Promise<void> {
  const { path } = await requireProgram('blackbox_exporter', { log: () => {} })
  theirs = `http://127.0.0.1:${await freePort()}`
  const flags = [`--config.file=${directory}/blackbox.yml`, `--web.listen-address=${new URL(theirs).host}`]
  const running = await startProcess({
    name: 'blackbox_exporter',
    command: path,
    arguments: flags,
    readyUrl: `${theirs}/-/healthy`,
  })
  stops.push(running.stop)
}

async function readSeries(url: string): Promise<Map<string, number>> {
  const lines = (await (await fetch(url)).text()).split('\n').filter((line) => line.startsWith('probe_'))
  const cut = (line: string): number => line.lastIndexOf(' ')
  return new Map(lines.map((line) => [line.slice(0, cut(line)), Number(line.slice(cut(line)))]))
}

// Durations and limits differ, and the hash is of our own making.
const measured = /_seconds|_hash/

test.each(['tcp', 'grpc', 'dns', 'icmp'])(
  'each series that blackbox_exporter has of a %s probe is here as well, with the same fact',
  async (kind) => {
    const target = encodeURIComponent(addresses[kind] ?? '')
    const [mine, other] = await Promise.all([
      readSeries(`${ours}/probe?target=${kind}`),
      readSeries(`${theirs}/probe?module=${kind}&target=${target}`),
    ])
    expect([mine.get('probe_success'), other.get('probe_success')]).toEqual([1, 1])
    expect([...other.keys()].filter((key) => !mine.has(key))).toEqual([])
    const differing = [...other].filter(([key, value]) => !measured.test(key) && mine.get(key) !== value)
    expect(differing).toEqual([])
  },
)
