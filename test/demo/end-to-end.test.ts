// From a fault in the fleet to somebody's webhook, through the real exporter, Prometheus and Alertmanager.
import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { services } from '../../demo/catalogue.ts'
import { requireProgram } from '../../demo/programs/find.ts'
import { startStack } from '../harness/stack.ts'
import type { TestStack } from '../harness/stack.ts'
import type { ReceivedAlert } from '../harness/webhook.ts'

let stack: TestStack

beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack.stop())

const serviceNames = services.map(({ name }) => name)

test('every service of the fleet is up in Prometheus', async () => {
  const up = await stack.waitFor('six services are up', async () => {
    const samples = await stack.query('watchpost_target_up{kind="service"} == 1')
    return samples.length === serviceNames.length && samples
  })
  expect(new Set(up.map(({ labels }) => labels['target']))).toEqual(new Set(serviceNames))
})

test('a service that breaks is told to the webhook as the one cause, and its repair too', async () => {
  await stack.fleet.break('ohlc_api', 'down')
  const fired = await stack.waitFor(
    'ServiceDown fires at the webhook',
    () => received('firing', 'ServiceDown'),
    60,
  )
  expect(fired.labels).toMatchObject({ target: 'ohlc_api', severity: 'critical' })
  expect(fired.annotations['description']).toContain('reason: connect')
  expect(await activeAlerts()).toContainEqual(expect.objectContaining(fired.labels))
  const dashboard = await fetch(`${stack.urls.exporter}/api/monitoring/dashboard`)
  expect(await dashboard.json()).toMatchObject({
    missing: [],
    current_status: { microservices: { ohlc_api: { status: 'error' } } },
    active_alerts: expect.arrayContaining([
      expect.objectContaining({ alertname: 'ServiceDown', severity: 'critical', state: 'active' }),
    ]) as unknown,
  })

  await stack.fleet.heal('ohlc_api')
  const resolved = await stack.waitFor('it is resolved', () => received('resolved', 'ServiceDown'), 60)
  expect(resolved.labels['target']).toBe('ohlc_api')
  const blamed = stack.webhook.alerts.filter(({ labels }) => labels['alertname'] === 'ServiceDown')
  expect(new Set(blamed.map(({ labels }) => labels['target']))).toEqual(new Set(['ohlc_api']))
}, 150_000)

test('no rule failed to evaluate, whatever was broken meanwhile', async () => {
  const failures = await stack.query('prometheus_rule_evaluation_failures_total > 0')
  expect(failures.map(({ labels }) => labels['rule_group'])).toEqual([])
  expect(await stack.query('prometheus_rule_group_rules')).not.toEqual([])
})

test('promtool has nothing to say about the metrics', async () => {
  const promtool = await requireProgram('promtool', { log: () => {} })
  const input = await (await fetch(`${stack.urls.exporter}/metrics`)).text()
  const { status, stdout, stderr } = spawnSync(promtool.path, ['check', 'metrics'], {
    input,
    encoding: 'utf8',
  })
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' })
})

function received(status: 'firing' | 'resolved', name: string): ReceivedAlert | undefined {
  return stack.webhook.alerts.find((alert) => alert.status === status && alert.labels['alertname'] === name)
}

async function activeAlerts(): Promise<readonly unknown[]> {
  const response = await fetch(`${stack.urls.alertmanager}/api/v2/alerts`)
  const alerts = (await response.json()) as readonly { readonly labels: unknown }[]
  return alerts.map(({ labels }) => labels)
}
