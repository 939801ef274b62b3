// victoria-metrics/compose.yml beside docker-compose.yml, started as docs/scaling.md says, without Grafana.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { queryPrometheus } from '../../demo/stack/query.ts'
import { waitFor } from '../harness/wait.ts'
import { startStack } from './compose-stack.ts'
import type { Stack } from './compose-stack.ts'

let stack: Stack
let victoria: string
beforeAll(async () => {
  stack = await startStack({
    project: `watchpost-victoria-${process.pid}`,
    services: ['exporter', 'prometheus', 'alertmanager', 'victoria-metrics', 'vmalert'],
    overlays: ['victoria-metrics/compose.yml'],
    settings: { WATCHPOST_CLUSTER: 'test' },
  })
  victoria = await stack.url('victoria-metrics', 8428)
})
afterAll(async () => {
  await stack.remove()
})

test('what the agent scrapes is there, of everybody whom it scrapes', async () => {
  await waitFor(
    'all of them',
    async () => {
      const up = await queryPrometheus(victoria, 'up')
      const jobs = up.map(({ labels, value }) => `${labels['job']} ${labels['cluster']} ${value}`)
      expect(jobs.toSorted()).toEqual([
        'alertmanager test 1',
        'prometheus test 1',
        'victoria-metrics test 1',
        'victoria-metrics test 1',
        'watchpost test 1',
      ])
      return true
    },
    90,
  )
})

test('vmalert has the rules, records what they say, and reaches Alertmanager', async () => {
  // It is asked by way of VictoriaMetrics, as Grafana does.
  const answer = await fetch(`${victoria}/api/v1/rules`)
  const { data } = (await answer.json()) as { data: { groups: readonly { rules: readonly object[] }[] } }
  expect(data.groups.flatMap(({ rules }) => rules).length).toBeGreaterThan(150)
  await waitFor(
    'a recorded series',
    async () => (await queryPrometheus(victoria, 'target:watchpost_target_up:min')).length > 0,
    90,
  )
  const alertmanager = await stack.url('alertmanager', 9093)
  await waitFor(
    'the alert that always fires',
    async () => {
      const alerts = await fetch(`${alertmanager}/api/v2/alerts?filter=alertname=Watchdog`)
      expect(await alerts.json()).toMatchObject([{ labels: { cluster: 'test', severity: 'none' } }])
      return true
    },
    90,
  )
})

test('the exporter asks VictoriaMetrics', async () => {
  const settings = await stack.compose('exec', '-T', 'exporter', 'printenv', 'PROMETHEUS_URL')
  expect(settings).toBe('http://victoria-metrics:8428')
  const script = `fetch(process.env.PROMETHEUS_URL + '/api/v1/query?query=up').then((answer) => console.log(answer.status))`
  expect(await stack.compose('exec', '-T', 'exporter', 'node', '-e', script)).toBe('200')
})

test.each(['victoria-metrics', 'vmalert'])('the container of %s is confined', async (service) => {
  expect((await stack.containers()).get(service)?.HostConfig).toMatchObject({
    ReadonlyRootfs: true,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges:true'],
  })
  await expect(stack.compose('exec', '-T', service, 'touch', '/written')).rejects.toThrow(
    'Read-only file system',
  )
})
