// What comes in and must lead to nothing, or to no more than it should.
import { setTimeout as delay } from 'node:timers/promises'
import { waitFor } from '../../../harness/wait.ts'
import { token } from '../stack.ts'
import type { RunningRecovery, Stack } from '../stack.ts'
import { callsWhile, decided, expectCalls, hits, patienceSeconds, withRecovery } from './patients.ts'
import type { Guard } from './patients.ts'

async function deliver({ url }: RunningRecovery, alerts: readonly object[], bearer = token): Promise<number> {
  const answer = await fetch(`${url}/v1/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
    body: JSON.stringify({ version: '4', status: 'firing', alerts }),
  })
  return answer.status
}

const forged = (labels: object, startsAt = new Date()): object => ({
  status: 'firing',
  labels: { alertname: 'ServiceDown', ...labels },
  annotations: {},
  startsAt: startsAt.toISOString(),
  endsAt: '0001-01-01T00:00:00Z',
  fingerprint: '0123456789abcdef',
})

interface Announced {
  readonly labels: Readonly<Record<string, string>>
  readonly fingerprint: string
  readonly startsAt: string
}

/** The alert as Alertmanager itself would send it once more. */
async function redeliver({ urls }: Stack, recovery: RunningRecovery, target: string): Promise<void> {
  const answer = await fetch(`${urls.alertmanager}/api/v2/alerts?filter=target="${target}"`)
  const alerts = (await answer.json()) as readonly Announced[]
  const again = alerts.map((alert) => ({
    ...forged(alert.labels),
    fingerprint: alert.fingerprint,
    startsAt: alert.startsAt,
  }))
  await Promise.all(Array.from({ length: 20 }, () => deliver(recovery, again)))
}

const storm = ['storm-1', 'storm-2', 'storm-3']

export const deliveries: Readonly<Record<string, Guard>> = {
  'a forged, replayed or smuggling alert leads to nothing': (given) =>
    withRecovery(given, { name: 'forged' }, async (recovery) => {
      const { stack } = given
      const before = hits(given, ['forged'])
      const yesterday = new Date(Date.now() - 86_400_000)
      if ((await deliver(recovery, [forged({ target: 'forged' })], 'wrong')) !== 401)
        throw new Error('let in')
      await deliver(recovery, [forged({ target: 'forged' }), forged({ target: 'forged' }, yesterday)])
      await deliver(recovery, [
        forged({
          target: 'forged',
          url: 'http://127.0.0.1:1/',
          path: '/etc/passwd',
          recovery_target: 'loop',
        }),
        forged({ target: "forged'; DROP TABLE accounts; --" }),
        forged({ target: 'forged', watchpost_channel_test: 'true' }),
      ])
      const labels = { alertname: 'ServiceDown', target: 'forged', severity: 'critical' }
      await fetch(`${stack.urls.alertmanager}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([{ labels, endsAt: new Date(Date.now() + 8_000).toISOString() }]),
      })
      await decided(recovery, 'not_corroborated')
      await delay(8_000)
      return expectCalls(hits(given, ['forged']) - before, 0)
    }),
  'a storm is no time to act': (given) =>
    withRecovery(given, { name: 'storm', names: storm }, async (recovery) => {
      const calls = await callsWhile(given, storm, () => decided(recovery, 'blast_radius'))
      return expectCalls(calls, 0)
    }),
  'a delivery that comes twenty times at once, and again, leads to one action': (given) =>
    withRecovery(given, { name: 'duplicate', policy: { attempts: 1 } }, async (recovery) => {
      const calls = await callsWhile(given, ['duplicate'], async () => {
        const isReceived = async (): Promise<boolean> =>
          (await recovery.records()).some(({ type }) => type === 'received')
        await waitFor('the alert', isReceived, patienceSeconds)
        await redeliver(given.stack, recovery, 'duplicate')
        await decided(recovery, 'attempts_exhausted')
        await redeliver(given.stack, recovery, 'duplicate')
        await delay(2_000)
      })
      return calls === 1 ? undefined : `${calls} calls, 1 expected`
    }),
}
