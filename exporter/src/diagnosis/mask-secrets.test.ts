import { expect, test } from 'vitest'
import { findSecrets } from './known-secrets.ts'
import { createSecret } from '../schema/secret.ts'
import { maskSecrets } from './mask-secrets.ts'

const masked = (line: string, ...known: string[]): string => maskSecrets([line], known)[0] ?? ''

test.each([
  ['connect postgresql://app:hunter2@db:5432/x failed', 'connect postgresql://<secret>@db:5432/x failed'],
  ['amqp://app:p@ss/word@queue', 'amqp://<secret>@queue'],
  ['redis://:hunter2@cache:6379', 'redis://<secret>@cache:6379'],
  ['GET /a?user=1&access_token=hunter2&x=2', 'GET /a?user=1&access_token=<secret>&x=2'],
  ['authorization: Bearer hunter2 trailing words', 'authorization: <secret>'],
  ['"Authorization":"Basic YTpodW50ZXIy"', '"Authorization":<secret>'],
  ['sent Bearer hunter2hunter2 to billing', 'sent Bearer <secret> to billing'],
  ['Set-Cookie: id=hunter2; Path=/', 'Set-Cookie: <secret>'],
  ['X-Api-Key: hunter2', 'X-Api-Key: <secret>'],
  ['PGPASSWORD=hunter2 pg_dump', 'PGPASSWORD=<secret> pg_dump'],
  ['{"user":"a","password":"hun\\"ter2","port":1}', '{"user":"a","password":<secret>,"port":1}'],
  ["config { dbPassword: 'hunter2', port: 1 }", 'config { dbPassword: <secret>, port: 1 }'],
  ['password: "hunter2 and it goes on', 'password: <secret>'],
  ['client_secret => hunter2, next', 'client_secret => <secret>, next'],
  ['run --db-password hunter2 --port 80', 'run --db-password <secret> --port 80'],
  ['token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_1', 'token <secret>'],
  ['AKIAIOSFODNN7EXAMPLE was refused', '<secret> was refused'],
  ['git clone with ghp_abcdefghijklmnopqrstuvwx', 'git clone with <secret>'],
  ['key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'key <secret>'],
  ['session 9f86d081884c7d659a2feaa0c55ad015', 'session <secret>'],
])('%s: the secret goes', (line, expected) => {
  expect(masked(line)).toBe(expected)
})

test.each([
  'Error: listen EADDRINUSE: address already in use 0.0.0.0:8002',
  '    at Server.setupListenHandle [as _listen2] (node:internal/net/server:1907:16)',
  'File "/usr/local/lib/python3.12/site-packages/sqlalchemy/engine/base.py", line 1967, in _exec',
  '2026-11-27T08:22:26.123Z INFO request finished status=500 duration_ms=123 path=/api/v1/posts',
  "KeyError: 'close' in the answer for 6488.TWO",
  'basic authentication is needed, got none',
  'FATAL: password authentication failed for user "app"',
  'java.lang.OutOfMemoryError: Java heap space at com.example.analyze.MovingAverageCalculator',
  'connect ECONNREFUSED 10.0.0.12:5432 (platform_db, attempt 3 of 5)',
])('%s: what says why it fails stays', (line) => {
  expect(masked(line)).toBe(line)
})

test('a private key is hidden from its first line to its last, also where its beginning is not seen', () => {
  const key = ['-----BEGIN RSA PRIVATE KEY-----', 'MIIEow', 'short', '-----END RSA PRIVATE KEY-----']
  expect(maskSecrets(['before', ...key, 'after'], [])).toEqual([
    'before',
    ...key.map(() => '<secret>'),
    'after',
  ])
  expect(maskSecrets([...key.slice(1), 'after'], [])).toEqual(['<secret>', '<secret>', '<secret>', 'after'])
  expect(maskSecrets(['before', ...key.slice(0, 2)], [])).toEqual(['before', '<secret>', '<secret>'])
})

test('secrets of the configuration are known wherever and however they are written', () => {
  const url = createSecret('postgresql://app:correct%20horse@db/x')
  const known = findSecrets({ databases: [{ url }], deep: { key: createSecret('plain words') } })
  expect(masked('it said correct horse and plain words', ...known)).toBe('it said <secret> and <secret>')
  expect(masked(`again ${Buffer.from('plain words').toString('base64')} x`, ...known)).toBe(
    'again <secret> x',
  )
  expect(findSecrets({ short: createSecret('a') })).toEqual([])
})

test('a file of a secret that is gone hides nothing and breaks nothing', () => {
  const gone = {
    reveal: () => {
      throw new Error('ENOENT')
    },
  }
  expect(findSecrets({ gone })).toEqual([])
})

test('a long line takes no time', () => {
  const line = `password=${'a"'.repeat(100_000)} ${'x'.repeat(100_000)} ${'--token '.repeat(20_000)}`
  const began = performance.now()
  masked(line)
  expect(performance.now() - began).toBeLessThan(2_000)
})
