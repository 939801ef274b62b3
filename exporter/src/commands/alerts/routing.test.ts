import { expect, test } from 'vitest'
import { channelsOf, readRequests } from './channel-test.ts'
import { parseSelector } from './explanation.ts'
import { inhibitor, matchesAll, parseMatcher, route } from './routing.ts'
import type { Route } from './routing.ts'

const tree: Route = {
  receiver: 'warning',
  routes: [
    {
      matchers: ['watchpost_channel_test="true"'],
      receiver: 'nobody',
      routes: [{ matchers: ['channel="slack"'], receiver: 'slack' }],
    },
    { matchers: ['severity=~"info|none"'], receiver: 'nobody' },
    { matchers: ['severity=~"warning|critical"'], receiver: 'recovery', continue: true },
    { matchers: ['severity="critical"'], receiver: 'critical', mute_time_intervals: ['maintenance'] },
    { receiver: 'warning' },
  ],
}

test.each<readonly [object, readonly string[]]>([
  [{ severity: 'critical' }, ['recovery', 'critical']],
  [{ severity: 'warning' }, ['recovery', 'warning']],
  [{ severity: 'information' }, ['warning']],
  [{ severity: 'info' }, ['nobody']],
  [{ watchpost_channel_test: 'true', channel: 'slack' }, ['slack']],
  [{ watchpost_channel_test: 'true', channel: 'sms' }, ['nobody']],
  [{}, ['warning']],
])('%j is taken by %j, as Alertmanager would', (labels, receivers) => {
  expect(route(tree, labels as Record<string, string>).map(({ receiver }) => receiver)).toEqual(receivers)
})

test('a route that is silent at times says so', () => {
  expect(route(tree, { severity: 'critical' })[1]).toEqual({
    receiver: 'critical',
    path: ['severity="critical"'],
    mutedDuring: ['maintenance'],
  })
})

test('matchers are anchored, and a label that is not there is empty', () => {
  expect(
    matchesAll(['alertname=~"Service.*"', 'target!=""'], { alertname: 'ServiceDown', target: 'x' }),
  ).toBe(true)
  expect(matchesAll(['alertname=~"Service"'], { alertname: 'ServiceDown' })).toBe(false)
  expect(matchesAll(['target!=""'], {})).toBe(false)
  expect(matchesAll(['alertname!~"A|B"'], { alertname: 'C' })).toBe(true)
  expect(parseMatcher('no matcher at all')).toBeUndefined()
})

test('an alert is held back by another with equal labels', () => {
  const rule = {
    source_matchers: ['alertname="DependencyDown"'],
    target_matchers: ['severity="critical"'],
    equal: ['target'],
  }
  const sources = [
    { labels: { alertname: 'DependencyDown', target: 'other' } },
    { labels: { alertname: 'DependencyDown', target: 'web' } },
  ]
  expect(inhibitor(rule, { severity: 'critical', target: 'web' }, sources)).toBe(sources[1])
  expect(inhibitor(rule, { severity: 'warning', target: 'web' }, sources)).toBeUndefined()
  expect(inhibitor(rule, { severity: 'critical', target: 'api' }, sources)).toBeUndefined()
})

test.each<readonly [string, unknown]>([
  ['{alertname="ServiceDown",target="ohlc_api"}', { alertname: 'ServiceDown', target: 'ohlc_api' }],
  [' { alertname = "a \\"b\\"" } ', { alertname: 'a "b"' }],
  ['{}', undefined],
  ['alertname="x"', undefined],
  ['{alertname=x}', undefined],
  ['{alertname="x" or 1}', undefined],
])('the selector %s is %j', (text, labels) => {
  expect(parseSelector(text)).toEqual(labels)
})

test('the channels are those of the test route', () => {
  expect(channelsOf(tree)).toEqual(['slack'])
  expect(channelsOf({ receiver: 'x' })).toEqual([])
})

test('requests are counted by receiver, or by kind of channel where Alertmanager does not tell receivers apart', () => {
  const byReceiver = [
    'alertmanager_notification_requests_total{integration="slack",receiver_name="critical"} 7',
    'alertmanager_notification_requests_total{integration="slack",receiver_name="slack"} 2',
    'alertmanager_notification_requests_failed_total{integration="slack",receiver_name="slack"} 1',
  ].join('\n')
  expect(readRequests(byReceiver, 'slack')).toEqual({ total: 2, failed: 1 })
  const byKind = 'alertmanager_notification_requests_total{integration="msteamsv2"} 3'
  expect(readRequests(byKind, 'teams')).toEqual({ total: 3, failed: 0 })
  expect(readRequests('', 'slack')).toEqual({ total: 0, failed: 0 })
})
