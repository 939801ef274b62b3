// Google Sheets as read from a server that speaks its protocols: token endpoint, Sheets v4 and Drive v3.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { googleSheets } from '../../demo/sources/google-sheets.ts'
import { createServiceAccount } from '../../demo/sources/service-account.ts'
import type { ServiceAccount } from '../../demo/sources/service-account.ts'
import type { Source } from '../../demo/sources/source.ts'
import { spreadsheetId, unsharedSpreadsheetId } from '../../demo/sources/spreadsheet.ts'
import type { DataSourceReading } from '../../exporter/src/collectors/data-sources/watch.ts'
import { collectorContext } from '../harness/collector.ts'
import { look, openDouble, probeSource, watchSource } from '../harness/data-sources.ts'

let directory: string
let account: ServiceAccount

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-google-'))
  account = await createServiceAccount()
})
afterAll(() => rm(directory, { recursive: true }))

async function sheet(fields: object = {}): Promise<{ source: Source; section: object }> {
  const source = await openDouble(googleSheets(account))
  const file = join(directory, `${crypto.randomUUID()}.json`)
  await writeFile(file, JSON.stringify(account.credentials(`${source.url}/token`)))
  const section = {
    kind: 'google_sheets',
    spreadsheet: spreadsheetId,
    credentials_file: file,
    sheets_url: source.url,
    drive_url: source.url,
    ...fields,
  }
  return { source, section }
}

test('a spreadsheet is read with a token of its service account, and Drive tells its last change', async () => {
  const { section } = await sheet({
    sync_every: '1h',
    quality: {
      range: 'KOLs!A1:D',
      completeness: ['nickname'],
      uniqueness: ['serial'],
      validity: [{ column: 'state', one_of: ['active', 'paused', 'training'] }],
      volume: { min: 48 },
    },
  })
  const found = await probeSource(section)
  expect([found.status, found.reason, found.detail]).toEqual(['healthy', 'none', undefined])
  expect(found.connection).toBe('connected')
  expect(found.lastSyncAt).toBeGreaterThan(Date.now() / 1000 - 120)
  expect([found.isStale, found.syncSeconds]).toEqual([false, 3_600])
  expect(found.quality).toMatchObject({
    rows: 24,
    measures: {
      completeness: { ratio: 1 },
      uniqueness: { ratio: 1 },
      validity: { ratio: 1 },
      volume: { ratio: 0.5 },
    },
    score: 0.875,
  })
  // The sheet itself and one range; the token and Drive are counted elsewhere.
  expect(found.quota).toMatchObject({ used: 2, limit: 60, unit: 'requests', source: 'count' })
  expect(found.ownRequests).toBe(2)
})

test('within min_interval Google is not asked, and our own count falls by itself', async () => {
  const { section } = await sheet()
  const watched = watchSource(section)
  const start = Date.now() / 1000
  expect(await look(watched, start)).toMatchObject({ probedAt: start, ownRequests: 1, quota: { used: 1 } })
  expect(await look(watched, start + 100)).toMatchObject({
    probedAt: start,
    ownRequests: 1,
    quota: { used: 0 },
  })
  expect(await look(watched, start + 301)).toMatchObject({ probedAt: start + 301, ownRequests: 2 })
})

test('after 429 Google is left alone for as long as it asks, and all of the quota counts as used', async () => {
  const { source, section } = await sheet({ min_interval: '1s' })
  const watched = watchSource(section)
  await source.breakable.break('quota')
  const start = Date.now() / 1000
  const refused = await look(watched, start)
  expect(refused).toMatchObject({ status: 'error', reason: 'quota', connection: 'error', rateLimited: 1 })
  expect(refused.quota).toMatchObject({ used: 60, limit: 60 })
  const until = refused.backoffUntil ?? 0
  expect(until).toBeGreaterThan(start)
  await source.breakable.heal()
  expect(await look(watched, until - 0.5)).toMatchObject({ reason: 'quota', ownRequests: 1 })
  expect(await look(watched, until + 0.5)).toMatchObject({
    status: 'healthy',
    ownRequests: 2,
    rateLimited: 1,
  })
})

test('a sheet that was not shared, one that is gone, and a moved column are told apart', async () => {
  const unshared = await probeSource((await sheet({ spreadsheet: unsharedSpreadsheetId })).section)
  expect([unshared.reason, unshared.detail]).toEqual([
    'auth',
    expect.stringContaining('shared with the service account'),
  ])
  const gone = await probeSource((await sheet({ spreadsheet: 'x'.repeat(44) })).section)
  expect([gone.reason, gone.connection]).toEqual(['status', 'error'])
  const within = collectorContext()
  const moved = await probeSource(
    (await sheet({ quality: { range: 'KOLs!A1:D', completeness: ['stage'] } })).section,
    within,
  )
  expect([moved.status, moved.qualitySuccess, moved.quality, moved.errors]).toEqual([
    'healthy',
    false,
    undefined,
    1,
  ])
  expect(within.logged.at(-1)?.fields['detail']).toBe(
    'expected a column stage in the first row of KOLs!A1:D, got serial, nickname, state, posts_per_day',
  )
})

test('credentials that are of somebody else, broken or gone are reason auth, and no key is told', async () => {
  const { section } = await sheet()
  const stranger = await createServiceAccount()
  const file = join(directory, 'replaced.json')
  const { sheets_url } = section as { sheets_url: string }
  const reasonWith = async (text: string): Promise<DataSourceReading> => {
    await writeFile(file, text)
    return probeSource({ ...section, credentials_file: file })
  }
  const foreign = await reasonWith(JSON.stringify(stranger.credentials(`${sheets_url}/token`)))
  expect([foreign.reason, foreign.detail]).toEqual(['auth', expect.stringContaining('invalid_grant')])
  const unsigned = await reasonWith(
    JSON.stringify({
      client_email: 'a@b',
      private_key: 'PRIVATE nonsense',
      token_uri: `${sheets_url}/token`,
    }),
  )
  expect(unsigned.reason).toBe('auth')
  const broken = await reasonWith('PRIVATE {')
  expect([broken.reason, broken.detail]).toEqual(['auth', expect.stringContaining('not JSON')])
  expect(JSON.stringify([foreign, unsigned, broken])).not.toContain('PRIVATE')
  // Nothing left for Google, so nothing was spent.
  expect(foreign.ownRequests).toBe(0)
})

test('a token that Google has forgotten is renewed at the next look', async () => {
  const forgetful = await createServiceAccount()
  let isForgotten = false
  const source = await openDouble(
    googleSheets({
      ...forgetful,
      scopesOf: (...given) => (isForgotten ? undefined : forgetful.scopesOf(...given)),
    }),
  )
  const file = join(directory, 'forgetful.json')
  await writeFile(file, JSON.stringify(forgetful.credentials(`${source.url}/token`)))
  const { section } = await sheet()
  const watched = watchSource({
    ...section,
    credentials_file: file,
    sheets_url: source.url,
    drive_url: source.url,
    retry_interval: '1s',
    min_interval: '1s',
  })
  const start = Date.now() / 1000
  expect((await look(watched, start)).status).toBe('healthy')
  isForgotten = true
  expect(await look(watched, start + 5)).toMatchObject({ status: 'error', reason: 'auth' })
  isForgotten = false
  expect((await look(watched, start + 10)).status).toBe('healthy')
})

test('sources that share an account share its reads, and leave it alone when they are used up', async () => {
  const { section } = await sheet({ reads_per_minute: 3, min_interval: '1s' })
  const within = collectorContext()
  const first = watchSource(section, within)
  const second = watchSource({ ...section, name: 'other' }, within)
  const start = Date.now() / 1000
  await look(first, start)
  await look(second, start + 1)
  expect((await look(first, start + 5)).quota).toMatchObject({ used: 3, limit: 3, policy: 'user' })
  expect(await look(second, start + 30)).toMatchObject({
    probedAt: start + 1,
    ownRequests: 1,
    quota: { used: 3 },
  })
  expect(await look(second, start + 62)).toMatchObject({
    probedAt: start + 62,
    ownRequests: 2,
    status: 'healthy',
  })
})

test('of account and project the quota that is nearer to its end counts', async () => {
  const { section } = await sheet({ project_reads_per_minute: 10 })
  expect((await probeSource(section)).quota).toMatchObject({ used: 1, limit: 10, policy: 'project' })
})
