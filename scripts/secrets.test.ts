import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createSecrets } from './secrets.ts'

async function folder(): Promise<{ path: string; read: (name: string) => Promise<string> }> {
  const parent = await mkdtemp(join(tmpdir(), 'watchpost-secrets-'))
  onTestFinished(() => rm(parent, { recursive: true }))
  const path = join(parent, 'secrets')
  return { path, read: (name) => readFile(join(path, name), 'utf8') }
}

test('every file that docker-compose.yml names is made', async () => {
  const { path } = await folder()
  await createSecrets(path, {})
  const compose = await readFile(join(import.meta.dirname, '../docker-compose.yml'), 'utf8')
  const named = [...compose.matchAll(/\/([a-z_]+)' \}$/gm)].map(([, name]) => name)
  expect(new Set(await readdir(path))).toEqual(new Set(named))
})

test('the folder is closed to others while its files can be mounted for any user', async () => {
  const { path } = await folder()
  await createSecrets(path, {})
  expect((await stat(path)).mode & 0o777).toBe(0o700)
  expect((await stat(join(path, 'database_url'))).mode & 0o777).toBe(0o644)
})

test('a second run keeps what is there and says so', async () => {
  const { path, read } = await folder()
  await createSecrets(path, {})
  const password = await read('grafana_admin_password')
  const states = await createSecrets(path, { MONITORING_DB_PASSWORD: 'another' })
  expect(new Set(states.map(({ state }) => state))).toEqual(new Set(['kept']))
  expect(await read('grafana_admin_password')).toBe(password)
})

test('a file left empty is filled once its value is in the settings', async () => {
  const { path, read } = await folder()
  await createSecrets(path, {})
  await createSecrets(path, { ALERT_WEBHOOK_URL: 'https://example.com/hook' })
  expect(await read('alert_webhook_url')).toBe('https://example.com/hook')
})

test('the database URL is made of the settings and of the password in its file', async () => {
  const { path, read } = await folder()
  await createSecrets(path, {})
  await rm(join(path, 'database_url'))
  await writeFile(join(path, 'monitoring_db_password'), 'p@ss/word\n')
  await createSecrets(path, {
    MONITORING_DB_HOST: 'db',
    MONITORING_DB_PORT: '6432',
    MONITORING_DB_USER: 'reader',
  })
  expect(await read('database_url')).toBe('postgres://reader:p%40ss%2Fword@db:6432/monitoring')
})
