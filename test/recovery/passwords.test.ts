// Recovery and what it asks, each behind a password: a real Prometheus with TLS, a real Alertmanager, the exporter.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashSync } from 'bcryptjs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { createIdentity } from '../../demo/certificate.ts'
import { requireProgram } from '../../demo/programs/find.ts'
import { freePort } from '../../demo/programs/ports.ts'
import { startProcess } from '../../demo/programs/process.ts'
import type { RunningProcess } from '../../demo/programs/process.ts'
import type { Log } from '../../exporter/src/log.ts'
import { parseConfig } from '../../recovery/src/config/load.ts'
import type { Config } from '../../recovery/src/config/load.ts'
import { createEscalation } from '../../recovery/src/escalation.ts'
import { createObserver } from '../../recovery/src/evidence.ts'
import type { Observer } from '../../recovery/src/evidence.ts'
import { emptyState } from '../../recovery/src/state/state.ts'
import { createTally } from '../../recovery/src/tally.ts'
import { waitFor } from '../harness/wait.ts'

const password = 'correct-horse-battery'
let directory: string
const running: RunningProcess[] = []
const ports = { prometheus: 0, alertmanager: 0, exporter: 0 }

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-passwords-'))
  for (const name of Object.keys(ports)) ports[name as keyof typeof ports] = await freePort()
  const authority = createIdentity({ name: 'authority', isAuthority: true })
  const { cert, key } = createIdentity({ name: 'prometheus', issuer: authority, hosts: ['127.0.0.1'] })
  const users = { basic_auth_users: { recovery: hashSync(password, 4) } }
  const files = {
    'ca.pem': authority.cert,
    'cert.pem': cert,
    'key.pem': key,
    password,
    wrong: 'incorrect-horse-battery',
    token: 'token-of-alertmanager',
    'web.yml': stringify(users),
    'web-tls.yml': stringify({
      ...users,
      tls_server_config: { cert_file: 'cert.pem', key_file: 'key.pem' },
    }),
    'alertmanager.yml': stringify({ route: { receiver: 'nobody' }, receivers: [{ name: 'nobody' }] }),
    'rules.yml': stringify({ groups: [{ name: 'one', rules: [rule] }] }),
    'prometheus.yml': stringify({
      global: { evaluation_interval: '1s' },
      rule_files: ['rules.yml'],
      alerting: {
        alertmanagers: [
          {
            basic_auth: { username: 'recovery', password_file: 'password' },
            static_configs: [{ targets: [`127.0.0.1:${ports.alertmanager}`] }],
          },
        ],
      },
    }),
    'watchpost.yml': stringify({ services: [{ name: 'web', url: 'http://127.0.0.1:9/health' }] }),
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)
  running.push(await startAlertmanager(), await startPrometheus(), await startExporter())
})
afterAll(async () => {
  for (const program of running) await program.stop()
  await rm(directory, { recursive: true })
})

const rule = { alert: 'ServiceDown', expr: 'vector(1)', labels: { target: 'web' } }
const tcp = (port: number): string => `tcp://127.0.0.1:${port}`
const log = (line: string): void => void process.stderr.write(`${line}\n`)

async function startPrometheus(): Promise<RunningProcess> {
  return startProcess({
    name: 'prometheus',
    command: (await requireProgram('prometheus', { log })).path,
    arguments: [
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--web.config.file=${join(directory, 'web-tls.yml')}`,
      `--storage.tsdb.path=${join(directory, 'tsdb')}`,
      // The first time is before it has looked for an Alertmanager.
      '--rules.alert.resend-delay=1s',
      `--web.listen-address=127.0.0.1:${ports.prometheus}`,
    ],
    readyUrl: tcp(ports.prometheus),
  })
}

async function startAlertmanager(): Promise<RunningProcess> {
  return startProcess({
    name: 'alertmanager',
    command: (await requireProgram('alertmanager', { log })).path,
    arguments: [
      `--config.file=${join(directory, 'alertmanager.yml')}`,
      `--web.config.file=${join(directory, 'web.yml')}`,
      `--storage.path=${join(directory, 'alertmanager')}`,
      `--web.listen-address=127.0.0.1:${ports.alertmanager}`,
      '--cluster.listen-address=',
    ],
    readyUrl: tcp(ports.alertmanager),
  })
}

function startExporter(): Promise<RunningProcess> {
  return startProcess({
    name: 'exporter',
    command: process.execPath,
    arguments: [
      'exporter/src/main.ts',
      'serve',
      `--config.file=${join(directory, 'watchpost.yml')}`,
      `--web.config.file=${join(directory, 'web.yml')}`,
      `--storage.path=${join(directory, 'state')}`,
      `--web.listen-address=127.0.0.1:${ports.exporter}`,
    ],
    readyUrl: tcp(ports.exporter),
  })
}

function configure(change: object): Config {
  const basic_auth = { username: 'recovery', password_file: 'password' }
  const text = stringify({
    mode: 'auto',
    token_file: 'token',
    prometheus: {
      url: `https://127.0.0.1:${ports.prometheus}`,
      basic_auth,
      ca_file: join(directory, 'ca.pem'),
    },
    alertmanager: { url: `http://127.0.0.1:${ports.alertmanager}`, basic_auth },
    exporter: { url: `http://127.0.0.1:${ports.exporter}`, basic_auth },
    targets: [{ name: 'web', type: 'docker', container: 'web' }],
    policies: [
      {
        name: 'restart_web',
        matchers: ['alertname="ServiceDown"'],
        action: 'restart_service',
        target: 'web',
        healthy: { probe: 'web' },
      },
    ],
    ...change,
  })
  const { config, problems } = parseConfig({
    file: join(directory, 'recovery.yml'),
    text,
    environment: {},
    storagePath: directory,
  })
  if (!config) throw new Error(JSON.stringify(problems))
  return config
}

interface Watched {
  readonly observer: Observer
  readonly said: string[]
}

function logTo(said: string[]): Log {
  const note = (text: string, fields: object = {}): void =>
    void said.push(`${text} ${JSON.stringify(fields)}`)
  return { debug: note, info: note, warn: note, error: note }
}

function observe({ settings }: Config): Watched {
  const said: string[] = []
  const observer = createObserver({ settings, storagePath: directory, log: logTo(said), clock: () => 0 })
  return { observer, said }
}

test('with a password all three are asked, and one of them by TLS', async () => {
  const config = configure({})
  const { observer } = observe(config)
  const common = await waitFor('the alert is known to both', async () => {
    const seen = await observer.common()
    return (seen.alerts?.length ?? 0) > 0 && (seen.announced?.length ?? 0) > 0 && seen
  })
  expect(common.alerts?.[0]?.labels).toMatchObject(rule.labels)
  const [policy] = config.settings.policies
  expect(policy && (await observer.isHealthy(policy))).toBe(false)
  expect(JSON.stringify(config.settings)).not.toContain(password)
})

test.each([
  ['a wrong password', { basic_auth: { username: 'recovery', password_file: 'wrong' } }, 'status 401'],
  ['a token where a password is asked for', { bearer_token_file: 'token' }, 'status 401'],
  ['nothing', {}, 'status 401'],
])('with %s nothing is learnt, and nothing secret is said', async (_what, credentials, reason) => {
  const { observer, said } = observe(
    configure({ alertmanager: { url: `http://127.0.0.1:${ports.alertmanager}`, ...credentials } }),
  )
  const { alerts, announced } = await observer.common()
  expect(announced).toBeUndefined()
  expect(alerts).toBeDefined()
  expect(said.join('\n')).toContain(reason)
  expect(said.join('\n')).not.toMatch(/horse|token-of/)
})

test('a Prometheus whose certificate nobody vouches for is not believed', async () => {
  const basic_auth = { username: 'recovery', password_file: 'password' }
  const { observer } = observe(
    configure({ prometheus: { url: `https://127.0.0.1:${ports.prometheus}`, basic_auth } }),
  )
  expect((await observer.common()).alerts).toBeUndefined()
})

test('people are told through an Alertmanager with a password', async () => {
  const config = configure({})
  const tally = createTally(config)
  const escalation = createEscalation({ config, tally, log: logTo([]), isJournalBroken: () => true })
  await escalation.announce(emptyState, Date.now() / 1000)
  const answer = await fetch(`http://127.0.0.1:${ports.alertmanager}/api/v2/alerts`, {
    headers: { authorization: `Basic ${Buffer.from(`recovery:${password}`).toString('base64')}` },
  })
  expect(await answer.text()).toContain('RecoveryEscalated')
})
