import { expect, test } from 'vitest'
import { judgeReceivers } from './alertmanager.ts'
import { judgeClock } from './clock.ts'
import { judgeRuntime } from './prometheus.ts'
import { judgeRules } from './rules.ts'
import { judgeScrapes } from './scrapes.ts'
import type { ScrapeTarget } from './scrapes.ts'

const now = Date.parse('2026-01-01T00:01:00Z') / 1000
const scraped: ScrapeTarget = {
  labels: { job: 'watchpost' },
  scrapeUrl: 'http://exporter:8007/metrics',
  health: 'up',
  lastError: '',
  lastScrape: '2026-01-01T00:00:50Z',
  lastScrapeDuration: 1,
  scrapeInterval: '15s',
  scrapeTimeout: '10s',
}

test.each([
  ['one that is scraped in time', {}, 'well', 'every 15s, the last 10 s ago took 1000 ms'],
  ['one that is down', { health: 'down', lastError: 'connection refused' }, 'finding', 'connection refused'],
  ['one that was never scraped', { health: 'unknown' }, 'finding', 'it has not been scraped lately'],
  ['one long ago', { lastScrape: '2025-12-31T23:00:00Z' }, 'finding', 'it has not been scraped lately'],
  [
    'one that hardly makes it',
    { lastScrapeDuration: 9 },
    'finding',
    'the last took 9000 ms of the 10s there are',
  ],
])('%s', (_what, change, state, detail) => {
  expect(judgeScrapes([{ ...scraped, ...change }], now)).toMatchObject([{ state, detail }])
})

test('that nothing scrapes us is a finding', () => {
  expect(judgeScrapes([], now)).toMatchObject([{ state: 'finding', subject: 'scraping' }])
})

const group = { name: 'services', interval: 15, evaluationTime: 0.1 }
const rule = {
  name: 'ServiceDown',
  query: 'watchpost_target_up == 0',
  type: 'alerting',
  health: 'ok',
} as const

test('rules that are not ours do not count as ours', () => {
  const others = { ...rule, query: 'up == 0' }
  expect(judgeRules({ groups: [{ ...group, rules: [others] }] })).toMatchObject([{ state: 'finding' }])
})

test('a rule that fails and a group that is too slow are both named', () => {
  const broken = { ...rule, health: 'err', lastError: 'many-to-many matching' }
  const slow = { ...group, evaluationTime: 20, rules: [rule, broken] }
  expect(judgeRules({ groups: [slow] })).toMatchObject([
    { state: 'well', detail: '2 are loaded, 2 of them alert on what Watchpost measures' },
    { subject: 'rule ServiceDown', detail: 'many-to-many matching' },
    { subject: 'rule group services', detail: 'takes 20.0 s and is due every 15 s' },
  ])
})

test('a receiver without a channel tells nobody', () => {
  const told =
    'receivers: [{name: nobody}, {name: critical, slack_configs: [{channel: a}], email_configs: []}]'
  expect(judgeReceivers(told)).toMatchObject({ state: 'well', detail: 'critical (slack)' })
  expect(judgeReceivers('receivers: [{name: nobody}]')).toMatchObject({ state: 'finding' })
})

test.each([
  [100.9, 'well', 'agrees with ours within 5 s'],
  [94, 'well', 'agrees with ours within 5 s'],
  [160, 'finding', '59 s ahead of ours'],
  [40, 'finding', '59 s behind ours'],
])('a clock that tells %d between 100 and 101 by ours', (theirs, state, detail) => {
  expect(judgeClock('clock', theirs, { before: 100, after: 101 })).toMatchObject({ state, detail })
})

test.each([
  ['15d', 'well'],
  ['30d or 10GiB', 'well'],
  ['10GiB', 'well'],
  ['1w', 'finding'],
  ['6h', 'finding'],
])('a retention of %s', (storageRetention, state) => {
  expect(judgeRuntime({ storageRetention, reloadConfigSuccess: true })).toMatchObject([{ state }])
})

test('a configuration that Prometheus refused is a finding', () => {
  expect(judgeRuntime({ storageRetention: '15d', reloadConfigSuccess: false })).toMatchObject([
    { state: 'well' },
    { state: 'finding', subject: 'prometheus.yml' },
  ])
})
