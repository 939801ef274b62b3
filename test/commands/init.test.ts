// `watchpost init` as a newcomer uses it: on real servers, files, and the database of n8n; `check` takes what it writes.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { dispatch } from '../../exporter/src/commands/dispatch.ts'
import { listen } from '../harness/listen.ts'
import type { Running } from '../harness/listen.ts'
import { startPostgres } from '../harness/postgres.ts'
import type { TestPostgres } from '../harness/postgres.ts'

let directory: string
let postgres: TestPostgres
let shop: Running
let page: Running
let mute: Server

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-init-'))
  shop = await listen((request, response) => {
    const basic = { status: 'healthy', service: 'Shop API', dependencies: ['orders-db', 'stranger'] }
    const rich = {
      queue: { length: 7 },
      'db-pool': { state: 'connected', used_percent: 40 },
      last_sync: new Date().toISOString(),
    }
    response.end(JSON.stringify(request.url === '/rich' ? { ...basic, ...rich } : basic))
  })
  page = await listen((_request, response) => void response.end('<html>'))
  mute = createServer(() => {}).listen(0, '127.0.0.1')
  postgres = await startPostgres()
  await postgres.run('CREATE DATABASE n8n')
  const n8n = await postgres.connect({ url: n8nUrl() })
  await n8n.query(await readFile('test/fixtures/n8n-schema.sql', 'utf8'))
  for (const [name, active, nodes, settings] of workflows) {
    await n8n.query(
      `INSERT INTO workflow_entity (id, name, active, nodes, connections, settings, "versionId")
      VALUES ($1, $1, $2, $3, '{}', $4, 'v')`,
      [name, active, JSON.stringify(nodes), JSON.stringify(settings)],
    )
  }
  await n8n.end()
})
afterAll(async () => {
  mute.close()
  await Promise.all([shop.stop(), page.stop(), postgres.remove()])
  await rm(directory, { recursive: true })
})

const n8nUrl = (): string => new URL('/n8n', postgres.url).href

const every = (rule: object): object[] => [
  { type: 'n8n-nodes-base.scheduleTrigger', parameters: { rule: { interval: [rule] } } },
  { type: 'n8n-nodes-base.set', parameters: { password: 'hunter2' } },
]
const workflows: readonly (readonly [string, boolean, object[], object | null])[] = [
  ['Fetch ${OHLC}', true, every({ field: 'hours', triggerAtMinute: 5 }), { timezone: 'Asia/Taipei' }],
  ['Weekly report', true, every({ field: 'weeks', triggerAtDay: [1] }), { timezone: 'DEFAULT' }],
  ['Switched off', false, every({}), null],
  ['Every second day', true, every({ field: 'days', daysInterval: 2 }), null],
  ['Twice', true, [...every({}), ...every({ field: 'hours' })], null],
  ['By webhook', true, [{ type: 'n8n-nodes-base.webhook', parameters: {} }], null],
]

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function init(argv: readonly string[], environment: Record<string, string> = {}): Promise<Outcome> {
  let stdout = ''
  let stderr = ''
  const code = await dispatch(['init', ...argv], {
    environment,
    write: (text) => void (stdout += text),
    writeError: (text) => void (stderr += text),
    stop: new AbortController().signal,
    onReload: () => {},
  })
  return { code, stdout, stderr }
}

/** What `check` says of a configuration, with nothing in the environment that could help it. */
async function check(config: string): Promise<Outcome> {
  const file = join(directory, 'written.yml')
  await writeFile(file, config)
  const program = [resolve('exporter/src/main.ts'), 'check', `--config.file=${file}`]
  return new Promise((done) => {
    execFile(process.execPath, program, { env: {} }, (error, stdout, stderr) => {
      done({ code: error ? Number(error.code) : 0, stdout, stderr })
    })
  })
}

async function save(name: string, text: string): Promise<string> {
  const file = join(directory, name)
  await writeFile(file, text)
  return file
}

const portOf = (url: string): string => new URL(url).port

function compose(): string {
  return `services:
  shop:
    image: shop
    ports: ['${portOf(shop.url)}:3000']
    healthcheck: { test: [CMD, curl, -f, 'http://localhost:3000/health'] }
    depends_on: { orders-db: { condition: service_healthy }, migrate: { condition: service_completed_successfully } }
  front: { image: nginx, ports: ['${portOf(page.url)}:80'], depends_on: [shop] }
  queue: { image: rabbitmq, ports: ['${(mute.address() as AddressInfo).port}:5672'] }
  orders-db: { image: 'postgres:18', ports: ['15432:5432'], environment: { POSTGRES_DB: orders, POSTGRES_PASSWORD: hunter2 } }
  cache: { image: 'valkey/valkey:8' }
  hidden: { image: x, healthcheck: { test: 'wget -qO- http://127.0.0.1:9000/live' } }
  migrate: { image: shop }
  worker: { image: shop }
`
}

test('endpoints are named by themselves, and depend on what else is in the file', async () => {
  const { code, stdout, stderr } = await init([`${shop.url}/health`, `${page.url}/`])
  expect(code).toBe(1)
  expect(stderr).toContain('not with a JSON object; so its status is all that will be judged')
  expect(parse(stdout)).toEqual({
    services: [
      { name: 'shop_api', url: `${shop.url}/health` },
      { name: `service_${portOf(page.url)}`, url: `${page.url}/`, judge_by: 'status' },
    ],
  })
  expect((await check(stdout)).code).toBe(0)
})

test('values and assertions are proposed from the real body, and hold when it is asked again', async () => {
  const { stdout } = await init([`${shop.url}/rich`])
  expect(parse(stdout)).toEqual({
    services: [
      {
        name: 'shop_api',
        url: `${shop.url}/rich`,
        assert: [
          { name: 'queue_length_is_low', path: '$.queue.length', below: 100, severity: 'warning' },
          { name: 'db_pool_state_is_connected', path: "$['db-pool'].state", equals: 'connected' },
          { name: 'last_sync_is_recent', path: '$.last_sync', age: { below: '1h' }, severity: 'warning' },
        ],
        values: {
          queue_length: { path: '$.queue.length' },
          db_pool_used_ratio: { path: "$['db-pool'].used_percent", scale: 0.01 },
          last_sync: { path: '$.last_sync', type: 'timestamp' },
        },
      },
    ],
  })
  expect((await check(stdout)).code).toBe(0)
  let text = ''
  const code = await dispatch(['probe', 'shop_api', `--config.file=${join(directory, 'written.yml')}`], {
    environment: {},
    write: (part) => void (text += part),
    writeError: (part) => void (text += part),
    stop: new AbortController().signal,
    onReload: () => {},
  })
  expect(text).toMatch(/^assertion +db_pool_state_is_connected: holds$/m)
  expect(text).toMatch(/^verdict +healthy$/m)
  expect(code).toBe(0)
})

test('a docker-compose file becomes services, endpoints and databases, as they are reached from here', async () => {
  const file = await save('docker-compose.yml', compose())
  const { code, stdout, stderr } = await init([`--compose=${file}`])
  expect(code).toBe(0)
  expect(parse(stdout)).toEqual({
    services: [
      {
        name: 'shop',
        url: `${shop.url.replace('localhost', '127.0.0.1')}/health`,
        depends_on: ['orders_db'],
      },
      { name: 'front', url: `${page.url}/`, judge_by: 'status', depends_on: ['shop'] },
      { name: 'hidden', url: 'http://hidden:9000/live' },
    ],
    endpoints: [
      { name: 'queue', probe: 'tcp', address: `127.0.0.1:${(mute.address() as AddressInfo).port}` },
    ],
    databases: [
      { name: 'orders_db', url: '${ORDERS_DB_URL:-postgresql://watchpost@127.0.0.1:15432/orders}' },
      { name: 'cache', kind: 'redis', url: '${CACHE_URL:-redis://cache:6379}' },
    ],
  })
  expect(stdout).not.toContain('hunter2')
  expect(stdout).toContain(`# - migrate of ${file}: others wait for its end, so it is a job and no service`)
  expect(stderr).toContain(
    `not taken over: worker of ${file}: it names no port and no health check over HTTP`,
  )
  expect(await check(stdout)).toMatchObject({ code: 0, stderr: '' })
}, 30_000)

test('the scheduled workflows of n8n are read from its database, and nothing else of them', async () => {
  const url = n8nUrl()
  const { code, stdout, stderr } = await init([`--n8n=${url}`], { GENERIC_TIMEZONE: 'Europe/Berlin' })
  expect(code).toBe(0)
  expect(parse(stdout)).toEqual({
    databases: [
      { name: 'n8n_db', url: `\${N8N_DATABASE_URL:-postgresql://watchpost@127.0.0.1:${portOf(url)}/n8n}` },
    ],
    tasks: [
      {
        name: 'n8n',
        kind: 'n8n',
        database: 'n8n_db',
        timezone: 'Europe/Berlin',
        schedules: [
          { task: 'Fetch $${OHLC}', type: 'hourly', cron: '5 */1 * * *', timezone: 'Asia/Taipei' },
          { task: 'Weekly report', type: 'weekly', cron: '0 0 * * 1', timezone: 'Europe/Berlin' },
        ],
      },
    ],
  })
  expect(stderr).toContain('n8n, "Every second day": no cron expression says every 2 days')
  expect(stderr).toContain('n8n, "Twice": no cron expression says "0 0 * * *" and "0 */1 * * *"')
  expect(stdout).not.toContain('hunter2')
  expect(await check(stdout)).toMatchObject({ code: 0, stderr: '' })
})

test('everything at once is one file that check takes, and names are used once', async () => {
  const composeFile = await save('compose.yml', compose())
  const crontab = await save('crontab', '5 * * * * /srv/fetch.sh\n0 3 * * * Weekly\n')
  const system = await save('system', '0 4 * * * root /srv/fetch.sh\n')
  const { stdout } = await init([
    `${shop.url}/health`,
    `--compose=${composeFile}`,
    `--crontab=${crontab}`,
    `--system-crontab=${system}`,
    `--n8n=${n8nUrl()}`,
  ])
  const { tasks } = parse(stdout) as { tasks: { name: string; schedules: { task: string }[] }[] }
  expect(tasks.map(({ name, schedules }) => [name, schedules.map(({ task }) => task)])).toEqual([
    ['crontab', ['fetch', 'weekly']],
    ['system', ['fetch_2']],
    ['n8n', ['Fetch $${OHLC}', 'Weekly report']],
  ])
  expect(await check(stdout)).toMatchObject({ code: 0, stderr: '' })
}, 30_000)

test.each<[string[], number, RegExp]>([
  [[], 2, /^watchpost: init expects URLs of health endpoints, --compose, --crontab or --n8n, got nothing\n$/],
  [['ftp://a'], 2, /^watchpost: init expects http\(s\) URLs of health endpoints, got "ftp:\/\/a"\n$/],
  [['--n8n=mysql://a'], 2, /^watchpost: --n8n expects a URL that begins with postgresql:\/\/\n$/],
  [
    ['--compose=/nowhere.yml'],
    1,
    /^\/nowhere\.yml: there is no such file\nwatchpost: init found nothing to watch\n$/,
  ],
  [
    ['--n8n=postgresql://u:hunter2@127.0.0.1:1/n8n'],
    1,
    /^--n8n: the database of n8n could not be read \(connect\): .*\n/,
  ],
])('%j ends with %d and says why', async (argv, code, message) => {
  const outcome = await init(argv)
  expect(outcome).toMatchObject({ code, stdout: '' })
  expect(outcome.stderr).toMatch(message)
  expect(outcome.stderr).not.toContain('hunter2')
})
