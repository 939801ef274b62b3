import { readFile, readdir } from 'node:fs/promises'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { configOf, places, problemsOf } from '../testing/config.ts'
import { modeOf } from './load.ts'

const target = `targets: [{ name: web, type: docker, container: web }]`
const policy = (more = ''): string => `policies:
  - name: restart_web
    matchers: ['alertname="ServiceDown"']
    action: restart_service
    target: web
    healthy: { probe: web }
    ${more}`

test('nothing is on unless it is switched on', () => {
  expect(configOf('{}').settings.mode).toBe('off')
  const { settings } = configOf(`${places}\n${target}\n${policy('mode: auto')}`)
  expect(settings.policies.map((each) => modeOf(settings, each))).toEqual(['off'])
})

test('the smaller of both modes holds', () => {
  const { settings } = configOf(`mode: dry_run\n${places}\n${target}\n${policy('mode: auto')}`)
  expect(settings.policies.map((each) => modeOf(settings, each))).toEqual(['dry_run'])
})

test('auto is refused without token, allow-list, audit log and those who confirm', () => {
  expect(problemsOf('mode: auto', { storagePath: undefined })).toBe(
    [
      'recovery.yml:1:7: mode: mode auto needs token_file, so that nobody else can ask for actions',
      'recovery.yml:1:7: mode: mode auto needs targets, the list of what may be acted on',
      'recovery.yml:1:7: mode: mode auto needs --storage.path, where the audit log is kept',
      'recovery.yml:1:7: mode: mode auto needs prometheus, where alerts are confirmed',
      'recovery.yml:1:7: mode: mode auto needs alertmanager, where silences are looked up',
      '5 problems in recovery.yml',
    ].join('\n'),
  )
})

test('tokens that are one and the same, or that can be guessed, are refused', () => {
  const [, tokenFile = ''] = /^token_file: (.*)$/m.exec(places) ?? []
  const same = places.replace(/^control_token_file: .*$/m, `control_token_file: ${tokenFile}`)
  expect(problemsOf(`mode: auto\n${same}\n${target}\n${policy()}`)).toContain(
    'mode auto needs two different tokens: who may post alerts must not approve actions',
  )
  const directory = mkdtempSync(join(tmpdir(), 'watchpost-token-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const short = join(directory, 'token')
  writeFileSync(short, 'secret\n')
  const guessed = places.replace(tokenFile, short)
  const problems = problemsOf(`mode: auto\n${guessed}\n${target}\n${policy()}`)
  expect(problems).toContain('mode auto needs tokens of at least 12 characters')
  expect(problems).not.toContain('secret\n')
})

test.each([
  ['a target that is not in the list', policy().replace('target: web', 'target: webb'), 'did you mean web?'],
  [
    'an action that the target is not for',
    policy().replace('restart_service', 'cleanup_disk_space'),
    'expected a target for cleanup_disk_space, got one for restart_service',
  ],
  [
    'a policy for any alert',
    policy().replace('alertname=', 'severity='),
    'expected one of them to name the alert, as in alertname="ServiceDown"',
  ],
  ['a pattern that cannot be', policy().replace('="ServiceDown"', '=~"(a"'), 'expected a matcher such as'],
  ['a window longer than the memory', policy('cooldown: 8d'), 'expected a duration of at most 7d'],
  [
    'a window for what is no target',
    `maintenance: [{ cron: '0 2 * * SUN', for: 2h, targets: [webb] }]\n${policy()}`,
    'expected one of targets, got "webb", did you mean web?',
  ],
  [
    'two ways to be healthy',
    policy().replace('probe: web', 'probe: web, query: up'),
    'expected either probe or query',
  ],
])('%s is refused', (_what, text, message) => {
  expect(problemsOf(`mode: auto\n${places}\n${target}\n${text}`)).toContain(message)
})

test('two names for one thing are refused: they would have two cooldowns', () => {
  const twice = `targets: [{ name: a, type: docker, container: web }, { name: b, type: docker, container: web }]`
  expect(problemsOf(`mode: off\n${twice}`)).toContain(
    'recovery.yml:2:54: targets[1]: duplicate of targets[0], which is the same thing',
  )
})

test('TLS is told once, by the key or by the URL', () => {
  const db = `type: postgres, users: [app], tls: {}`
  const text = `targets: [{ name: db, url: 'postgres://me@db/app?sslmode=require', ${db} }]`
  expect(problemsOf(text)).toContain('targets[0].tls: expected either tls or the ssl parameters of the URL')
  expect(problemsOf(`targets: [{ name: db, url: 'postgres://me@db/app', ${db} }]`)).toBe('')
})

test.each(['/', '/etc', '/var', '/var/lib', '/usr/share', '/var/log/', 'logs', '/var/../etc', '/tmp'])(
  'files below %s are never cleaned up',
  (root) => {
    const files = `targets: [{ name: logs, type: files, root: ${root}, pattern: '*.log', older_than: 1d }]`
    expect(problemsOf(files)).toMatch(/targets\[0\]\.root: expected/)
  },
)

test.each([
  [
    `{ name: a, type: postgres, url: 'postgres:hunter2', users: [app] }`,
    'postgresql://USER@HOST:5432/DATABASE',
  ],
  [`{ name: a, type: redis, url: 'http://:hunter2@cache:6379' }`, 'redis://HOST:6379'],
])('a wrong URL is told without what is in it: %s', (text, example) => {
  expect(problemsOf(`targets: [${text}]`)).toMatch(new RegExp(`url: expected a URL such as ${example}\\n`))
})

test.each(['../web', 'web/json', 'web?x=1', 'we b', ''])('%j is no container', (container) => {
  const text = `targets: [{ name: web, type: docker, container: '${container}' }]`
  expect(problemsOf(text)).toContain('expected the name of a container')
})

test('the example is valid, rehearses at most, and is for alerts that there are', async () => {
  const root = join(import.meta.dirname, '../../..')
  const text = await readFile(join(root, 'recovery/recovery.yml'), 'utf8')
  const own = text.replace(/^mode: .*/m, 'mode: auto').replaceAll(/^(control_)?token_file:.*\n/gm, '')
  const tokenFiles = places.split('\n').slice(0, 3).join('\n')
  const { settings } = configOf(`${tokenFiles}\n${own}`)
  expect(settings.policies.map((each) => modeOf(settings, each))).toEqual(['dry_run', 'dry_run'])
  const rules = join(root, 'prometheus/rules')
  const files = await Promise.all((await readdir(rules)).map((file) => readFile(join(rules, file), 'utf8')))
  const known = [...files.join('').matchAll(/alert: (\w+)/g)].map(([, alert]) => alert)
  const named = settings.policies.flatMap(({ matchers }) =>
    matchers.filter(({ label }) => label === 'alertname').map(({ equals }) => equals),
  )
  expect(known).toEqual(expect.arrayContaining(named))
})
