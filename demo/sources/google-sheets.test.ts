import { createSign } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { googleSheets } from './google-sheets.ts'
import { createServiceAccount } from './service-account.ts'
import type { ServiceAccount } from './service-account.ts'
import { openSource } from './source.ts'
import type { Source } from './source.ts'
import { spreadsheetId, unsharedSpreadsheetId } from './spreadsheet.ts'

let source: Source
let account: ServiceAccount
let credentials: Readonly<Record<string, string>>

beforeAll(async () => {
  account = await createServiceAccount()
  const entry = { name: 'google_sheets', port: 0, livenessPath: '/' }
  const place = { host: '127.0.0.1', port: 0, flapSeconds: 20 }
  source = await openSource({ entry, ...place, api: googleSheets(account) })
  credentials = account.credentials(`${source.url}/token`) as Readonly<Record<string, string>>
})
afterAll(() => source.close())

const sheetsScope = 'https://www.googleapis.com/auth/spreadsheets.readonly'
const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

function sign(payload: object, key = credentials['private_key'] ?? ''): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const unsigned = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(payload)}`
  return `${unsigned}.${createSign('RSA-SHA256').update(unsigned).sign(key, 'base64url')}`
}

function claims(changes: object = {}): object {
  const now = Math.floor(Date.now() / 1000)
  const aud = 'https://oauth2.googleapis.com/token'
  return { iss: credentials['client_email'], scope: sheetsScope, aud, iat: now, exp: now + 3600, ...changes }
}

async function exchange(
  assertion: string,
  grant = grantType,
): Promise<{ code: number; body: Record<string, string> }> {
  const body = new URLSearchParams({ grant_type: grant, assertion })
  const answer = await fetch(`${source.url}/token`, { method: 'POST', body })
  return { code: answer.status, body: (await answer.json()) as Record<string, string> }
}

async function get(path: string, token?: string): Promise<{ code: number; body: unknown }> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const answer = await fetch(source.url + path, { headers })
  return { code: answer.status, body: await answer.json() }
}

async function tokenFor(scope: string): Promise<string> {
  return (await exchange(sign(claims({ scope })))).body['access_token'] ?? ''
}

describe('the token endpoint', () => {
  test('an assertion signed with the key of the account gives a bearer token', async () => {
    const { code, body } = await exchange(sign(claims()))
    expect(code).toBe(200)
    expect(body).toEqual({
      access_token: expect.stringMatching(/^ya29\./) as string,
      expires_in: 3600,
      token_type: 'Bearer',
    })
  })

  test('another grant is not supported', async () => {
    expect(await exchange(sign(claims()), 'password')).toMatchObject({
      code: 400,
      body: { error: 'unsupported_grant_type' },
    })
  })

  test('a signature of another key is refused', async () => {
    const other = (await createServiceAccount()).credentials('') as Record<string, string>
    expect(await exchange(sign(claims(), other['private_key']))).toMatchObject({
      code: 400,
      body: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' },
    })
  })

  test.each([
    ['that has run out', { iat: 1_000_000, exp: 1_003_600 }],
    ['that holds for longer than an hour', { exp: Date.now() / 1000 + 7200 }],
    ['of another account', { iss: 'someone@else.example' }],
    ['for another audience', { aud: 'https://example.com/' }],
  ])('an assertion %s is refused', async (_, changes) => {
    expect(await exchange(sign(claims(changes)))).toMatchObject({
      code: 400,
      body: { error: 'invalid_grant' },
    })
  })

  test('rubbish is refused', async () => {
    expect(await exchange('a.b.c')).toMatchObject({ code: 400, body: { error: 'invalid_grant' } })
  })
})

describe('the APIs', () => {
  const sheet = `/v4/spreadsheets/${spreadsheetId}`

  test('without a token they answer 401', async () => {
    const refusal = { code: 401, body: { error: { code: 401, status: 'UNAUTHENTICATED' } } }
    expect(await get(sheet)).toMatchObject(refusal)
    expect(await get(sheet, 'ya29.made-up')).toMatchObject(refusal)
  })

  test('a token for another API is not enough', async () => {
    const token = await tokenFor(sheetsScope)
    expect(await get(`/drive/v3/files/${spreadsheetId}`, token)).toMatchObject({
      code: 403,
      body: { error: { message: 'Request had insufficient authentication scopes.' } },
    })
  })

  test('a sheet that was not shared is forbidden, and one that is not there is not found', async () => {
    const token = await tokenFor(sheetsScope)
    expect(await get(`/v4/spreadsheets/${unsharedSpreadsheetId}`, token)).toMatchObject({
      code: 403,
      body: { error: { status: 'PERMISSION_DENIED' } },
    })
    expect(await get('/v4/spreadsheets/none', token)).toMatchObject({
      code: 404,
      body: { error: { status: 'NOT_FOUND' } },
    })
  })

  test('several ranges come in one answer, and one that is wrong spoils it', async () => {
    const token = await tokenFor(sheetsScope)
    const batch = await get(`${sheet}/values:batchGet?ranges=KOLs!A1&ranges=Journal!A1:C1`, token)
    expect(batch.body).toMatchObject({
      spreadsheetId,
      valueRanges: [{ values: [['serial']] }, { values: [['time', 'serial', 'state']] }],
    })
    expect(await get(`${sheet}/values:batchGet?ranges=KOLs!A1&ranges=Nope!A1`, token)).toMatchObject({
      code: 400,
      body: { error: { status: 'INVALID_ARGUMENT', message: 'Unable to parse range: Nope!A1' } },
    })
  })

  test('the sixty-first read of a minute is one too many', async () => {
    const token = await tokenFor(sheetsScope)
    const codes: number[] = []
    for (let read = 0; read < 61; read += 1) codes.push((await get(sheet, token)).code)
    expect(codes).toContain(200)
    expect(await get(sheet, token)).toMatchObject({
      code: 429,
      body: { error: { code: 429, status: 'RESOURCE_EXHAUSTED' } },
    })
  })
})
