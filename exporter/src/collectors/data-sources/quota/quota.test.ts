import { expect, test } from 'vitest'
import { parseJson } from '../../judgement/json.ts'
import { createRequestCount } from './count.ts'
import { createForecast } from './forecast.ts'
import type { Quota } from './quota.ts'
import { readQuota } from './read.ts'
import { quota as quotaSchema } from './section.ts'
import { readRetryAfter, serverTime } from './server-time.ts'

const now = 1_800_000_000

function read(headers: Record<string, string>, body = '{}', section?: object): Quota | undefined {
  const lists = new Map(Object.entries(headers).map(([name, value]) => [name, [value]]))
  const configured = section && quotaSchema.parse(section)
  return readQuota(
    configured,
    { headers: lists, json: parseJson(body) },
    { now, count: createRequestCount() },
  )
}

const told = (used: number, limit: number, resetIn?: number): object => ({
  used,
  limit,
  resetAt: resetIn === undefined ? undefined : now + resetIn,
})

test.each([
  ['drafts 3 to 5', { 'ratelimit-limit': '100', 'ratelimit-remaining': '40', 'ratelimit-reset': '30' }],
  [
    'draft 4 with windows',
    {
      'ratelimit-limit': '100, 100;window=60;comment="sliding", 1000;window=3600',
      'ratelimit-remaining': '40',
      'ratelimit-reset': '30',
    },
  ],
  [
    'draft 6',
    {
      'ratelimit-limit': '100',
      'ratelimit-policy': '100;w=60',
      'ratelimit-remaining': '40',
      'ratelimit-reset': '30',
    },
  ],
  [
    'draft 6 with policies in the limit',
    { 'ratelimit-limit': '100, 100;w=60, 1000;w=3600', 'ratelimit-remaining': '40', 'ratelimit-reset': '30' },
  ],
  ['draft 7', { ratelimit: 'limit=100, remaining=40, reset=30', 'ratelimit-policy': '100;w=60' }],
  ['drafts 8 to 10', { ratelimit: '"minute";r=40;t=30', 'ratelimit-policy': '"minute";q=100;w=60' }],
  [
    'draft 11',
    {
      ratelimit: '"minute";r=40;t=30;pk=:cHsdsRa894==:',
      'ratelimit-policy': '"minute";q=100;qu="requests";w=60',
    },
  ],
  ['unquoted', { ratelimit: 'minute;r=40;t=30', 'ratelimit-policy': 'minute;q=100;w=60' }],
])('the IETF fields of %s are read', (_draft, headers) => {
  expect(read(headers)).toMatchObject({ ...told(60, 100, 30), source: 'ratelimit' })
})

test('of several policies the one nearest to its end counts, unless one is named', () => {
  const headers = {
    ratelimit: '"burst";r=90;t=1, "day, all";r=5;t=3600',
    'ratelimit-policy': '"burst";q=100;w=1, "day, all";q=1000;qu="content-bytes";w=86400',
  }
  expect(read(headers)).toMatchObject({ ...told(995, 1000, 3600), policy: 'day, all', unit: 'content_bytes' })
  expect(read(headers, '{}', { policy: 'burst' })).toMatchObject({ ...told(10, 100, 1), policy: 'burst' })
})

test.each([
  [
    'GitHub',
    {
      'x-ratelimit-limit': '5000',
      'x-ratelimit-remaining': '4990',
      'x-ratelimit-used': '10',
      'x-ratelimit-reset': String(now + 60),
    },
    told(10, 5000, 60),
  ],
  [
    'milliseconds',
    {
      'x-ratelimit-limit': '10',
      'x-ratelimit-remaining': '4',
      'x-ratelimit-reset': String((now + 60) * 1000),
    },
    told(6, 10, 60),
  ],
  [
    'seconds from now',
    { 'x-rate-limit-limit': '10', 'x-rate-limit-remaining': '4', 'x-rate-limit-reset': '60' },
    told(6, 10, 60),
  ],
  [
    'RapidAPI',
    {
      'x-ratelimit-requests-limit': '10',
      'x-ratelimit-requests-remaining': '4',
      'x-ratelimit-requests-reset': '60',
    },
    told(6, 10, 60),
  ],
  [
    'OpenAI',
    {
      'x-ratelimit-limit-requests': '10',
      'x-ratelimit-remaining-requests': '4',
      'x-ratelimit-reset-requests': '1m0s',
    },
    told(6, 10, 60),
  ],
  ['Shopify', { 'x-shopify-shop-api-call-limit': '32/40' }, told(32, 40)],
])('the fields of %s are read', (_vendor, headers, expected) => {
  expect(read(headers)).toMatchObject(expected)
})

test('a reset is read by the clock of the server, however wrong it is', () => {
  const skewed = new Date((now - 7200) * 1000).toUTCString()
  const headers = {
    date: skewed,
    'x-ratelimit-limit': '10',
    'x-ratelimit-remaining': '4',
    'x-ratelimit-reset': String(now - 7200 + 60),
  }
  expect(read(headers)).toMatchObject(told(6, 10, 60))
  expect(readRetryAfter(new Date((now - 7200 + 90) * 1000).toUTCString(), now, serverTime(skewed, now))).toBe(
    now + 90,
  )
})

test.each([
  ['negative numbers', { 'x-ratelimit-limit': '-1', 'x-ratelimit-remaining': '-5' }],
  ['text', { 'x-ratelimit-limit': 'many', 'x-ratelimit-remaining': 'enough' }],
  ['a reset alone', { 'x-ratelimit-reset': '60' }],
  ['unbelievable numbers', { 'x-ratelimit-limit': `1${'0'.repeat(30)}` }],
  ['an empty structured field', { ratelimit: ',;;="' }],
  ['no fields at all', {}],
])('%s are no quota', (_case, headers) => {
  expect(read(headers)).toBeUndefined()
})

test('a reset in the past or in a year is not believed', () => {
  const headers = (reset: number) => ({
    'x-ratelimit-limit': '10',
    'x-ratelimit-remaining': '4',
    'x-ratelimit-reset': String(reset),
  })
  expect(read(headers(now - 10))?.resetAt).toBeUndefined()
  expect(read(headers(now + 400 * 86_400))?.resetAt).toBeUndefined()
})

test('fields of the body go before headers, and a daily reset is at that hour of that zone', () => {
  const section = { used: '$.quota', limit: '$.limit_size', unit: 'megabytes', resets: '08:00 Asia/Taipei' }
  const found = read(
    { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '4' },
    '{"quota": 250.5, "limit_size": 500}',
    section,
  )
  expect(found).toMatchObject({ used: 250.5, limit: 500, unit: 'megabytes', source: 'body' })
  // 08:00 in Taipei is midnight UTC.
  expect(found?.resetAt).toBe(Math.ceil(now / 86_400) * 86_400)
})

test('a body without the fields leaves it to the headers', () => {
  const headers = { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '4' }
  expect(read(headers, '<html>', { used: '$.quota' })).toMatchObject({
    ...told(6, 10),
    source: 'x-ratelimit',
  })
  expect(read(headers, '{"quota": "lots"}', { used: '$.quota' })).toMatchObject({ source: 'x-ratelimit' })
})

test('where nobody tells, our own requests of the window are counted', () => {
  const count = createRequestCount()
  count.add(now - 90, 5)
  count.add(now - 30, 2)
  count.add(now - 10, 1)
  const section = quotaSchema.parse({ limit: 60, window: '1m' })
  expect(readQuota(section, undefined, { now, count })).toMatchObject({ ...told(3, 60, 30), source: 'count' })
  expect(count.total()).toBe(8)
})

test('the pace since the last reset tells when it will be used up', () => {
  const forecast = createForecast()
  const quota = (used: number, resetAt?: number): Quota => ({
    used,
    limit: 100,
    resetAt,
    unit: 'requests',
    policy: '',
    source: 'body',
  })
  expect(forecast.next(quota(0), 0)).toBeUndefined()
  expect(forecast.next(quota(50), 100)).toBe(200)
  expect(forecast.next(quota(60, 190), 120)).toBeUndefined()
  expect(forecast.next(quota(100), 150)).toBe(150)
  // Full again while we were looking: the old pace is forgotten.
  expect(forecast.next(quota(5), 160)).toBeUndefined()
  expect(forecast.next(quota(10), 260)).toBe(260 + 90 / 0.05)
})

test.each([
  ['08:00 Atlantis', 'expected a time of day and a zone such as "08:00 Asia/Taipei", or a JSON path'],
  ['25:00 UTC', 'expected a time of day and a zone such as "08:00 Asia/Taipei", or a JSON path'],
])('the reset %s is refused', (resets, message) => {
  const parsed = quotaSchema.safeParse({ resets })
  expect(parsed.error?.issues.map((issue) => issue.message)).toEqual([message])
})
