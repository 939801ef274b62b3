// The doubles of the data sources: protocols, quotas, and syncs that stall.
import { createSign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Agent, fetch } from 'undici'
import type { RequestInit } from 'undici'
import { describe, expect, test } from 'vitest'
import { sources as catalogue } from '../../demo/catalogue.ts'
import { useFleet } from '../harness/fleet.ts'

const demo = useFleet(30)

const patient = { timeout: 20_000, interval: 100 }

describe('data sources', () => {
  const ask = async (name: string, path: string, init?: RequestInit) => {
    const dispatcher = new Agent({ connect: { ca: await readFile(demo.fleet.authorityFile) } })
    const answer = await fetch((demo.fleet.sources[name] ?? '') + path, { ...init, dispatcher })
    return {
      code: answer.status,
      headers: answer.headers,
      body: (await answer.json()) as Record<string, unknown>,
    }
  }

  test.each(catalogue)('$name is alive without credentials', async ({ name, livenessPath }) => {
    expect((await ask(name, livenessPath)).code).toBe(200)
  })

  test('CMoney counts requests in headers, and refuses when the quota is exhausted', async () => {
    const first = await ask('cmoney_api', '/api/trending')
    const second = await ask('cmoney_api', '/api/trending')
    const left = (answer: typeof first): number => Number(answer.headers.get('x-ratelimit-remaining'))
    expect(left(second)).toBeLessThan(left(first))
    expect(first.headers.get('x-ratelimit-limit')).toBe('300')
    await demo.spoil('cmoney_api', 'quota')
    const refusal = await ask('cmoney_api', '/api/trending')
    expect(refusal.code).toBe(429)
    expect(left(refusal)).toBe(0)
    expect(Number(refusal.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await demo.health('trending_api')).body.status).toBe('warning')
  })

  test('FinLab counts megabytes in the body, and refuses when the quota is exhausted', async () => {
    const before = await ask('finlab_api', '/api/usage')
    for (let call = 0; call < 5; call += 1) await ask('finlab_api', '/api/data?dataset=price:close')
    const after = await ask('finlab_api', '/api/usage')
    expect(after.body['quota']).toBeGreaterThan(Number(before.body['quota']))
    expect(after.body['limit_size']).toBe(500)
    await demo.spoil('finlab_api', 'quota')
    expect(await ask('finlab_api', '/api/data')).toMatchObject({
      code: 429,
      body: {
        quota: 500,
        limit_size: 500,
        error: expect.stringContaining('Usage exceed 500 MB/day') as string,
      },
    })
  })

  test('a stalled source answers, but nothing comes in any more', async () => {
    const newest = async (): Promise<number> => demo.count('finlab_api_syncs')
    const start = await newest()
    await expect.poll(() => newest(), patient).toBeGreaterThan(start)
    await demo.spoil('finlab_api', 'stall')
    const runs = "task_executions WHERE task_name = 'fetch_ohlc' AND status = 'success'"
    // A run that had begun before may still bring something.
    const settled = (await demo.count(runs)) + 1
    await expect.poll(() => demo.count(runs), patient).toBeGreaterThanOrEqual(settled)
    const [syncs, done] = [await newest(), await demo.count(runs)]
    await expect.poll(() => demo.count(runs), patient).toBeGreaterThanOrEqual(done + 2)
    expect(await newest()).toBe(syncs)
    expect((await demo.health('ohlc_api')).body.status).toBe('healthy')
  })

  test('Google exchanges a signed assertion for a token that reads the shared sheet', async () => {
    const token = await fetchToken()
    const get = (path: string) =>
      ask('google_sheets', path, { headers: { authorization: `Bearer ${token}` } })
    const sheet = `/v4/spreadsheets/${demo.fleet.spreadsheetId}`
    expect((await get(`${sheet}?fields=properties.title`)).body).toEqual({
      properties: { title: 'KOL roster' },
    })
    expect((await get(`${sheet}/values/${encodeURIComponent('KOLs!A1:B2')}`)).body).toEqual({
      range: 'KOLs!A1:B2',
      majorDimension: 'ROWS',
      values: [
        ['serial', 'nickname'],
        ['200', 'KOL 1'],
      ],
    })
    const file = await get(`/drive/v3/files/${demo.fleet.spreadsheetId}?fields=modifiedTime`)
    expect(Date.now() - Date.parse(String(file.body['modifiedTime']))).toBeLessThan(61_000)
    await demo.spoil('google_sheets', 'quota')
    expect(await get(sheet)).toMatchObject({ code: 429, body: { error: { status: 'RESOURCE_EXHAUSTED' } } })
  })

  async function fetchToken(): Promise<string> {
    const account = JSON.parse(await readFile(demo.fleet.credentialsFile, 'utf8')) as Record<string, string>
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const now = Math.floor(Date.now() / 1000)
    const scope = ['spreadsheets.readonly', 'drive.metadata.readonly']
      .map((name) => `https://www.googleapis.com/auth/${name}`)
      .join(' ')
    const claims = {
      iss: account['client_email'],
      scope,
      aud: account['token_uri'],
      iat: now,
      exp: now + 3600,
    }
    const unsigned = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`
    const signature = createSign('RSA-SHA256')
      .update(unsigned)
      .sign(account['private_key'] ?? '', 'base64url')
    const grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
    const body = new URLSearchParams({ grant_type: grant, assertion: `${unsigned}.${signature}` })
    const answer = await fetch(account['token_uri'] ?? '', { method: 'POST', body })
    return ((await answer.json()) as { access_token: string }).access_token
  }
})
