// Actions that do not help, do not end, or are cut off.
import { setTimeout as delay } from 'node:timers/promises'
import { waitFor } from '../../../harness/wait.ts'
import { startRecovery } from '../stack.ts'
import {
  callsWhile,
  decided,
  expectCalls,
  hits,
  patienceSeconds,
  patientConfig,
  settleMilliseconds,
  withRecovery,
} from './patients.ts'
import type { Case, Guard } from './patients.ts'

export const endings: Readonly<Record<string, Guard>> = {
  'a fault that no action ends is not acted on for ever': (given) =>
    withRecovery(given, { name: 'loop' }, async (recovery) => {
      const calls = await callsWhile(given, ['loop'], async () => {
        await decided(recovery, 'attempts_exhausted')
        await delay(settleMilliseconds)
      })
      const { urls } = given.stack
      const filter = encodeURIComponent('policy="loop"')
      const alerts = await (await fetch(`${urls.alertmanager}/api/v2/alerts?filter=${filter}`)).text()
      return alerts.includes('RecoveryEscalated') ? expectCalls(calls, 2) : 'nobody was told'
    }),
  'kill -9 in the middle of an action, and it is not done again': (given) => {
    const options = { name: 'hanging', policy: { attempts: 1, timeout: '30s' } }
    return killInAction(given, options)
  },
  'an action that hangs is given up on, and does not keep another one waiting': (given) =>
    withRecovery(given, { ...besides, change: parallel, policy: { attempts: 1 } }, async (recovery) => {
      const calls = await callsWhile(given, besides.names, async () => {
        const results = async (): Promise<number> =>
          (await recovery.records()).filter(({ result }) => result === 'timeout' || result === 'done').length
        await waitFor('both have ended', async () => (await results()) === 2, patienceSeconds)
        const health = await fetch(`${recovery.url}/-/healthy`)
        if (!health.ok) throw new Error('the process is not well')
      })
      return calls === 2 ? undefined : `${calls} calls, 2 expected`
    }),
}

const besides = { name: 'hung', names: ['hung', 'beside-hung'] } as const

const parallel = {
  limits: {
    startup_hold: '0s',
    max_concurrent: 2,
    blast_radius: { targets: 3, share: '100%' },
    budget: { actions: 50, per: '1h' },
  },
}

async function killInAction(
  given: Case,
  options: { readonly name: string; readonly policy: object },
): Promise<string | undefined> {
  const config = patientConfig(given.patients, options)
  let recovery = await startRecovery(given.stack, options.name, config)
  try {
    const names = [options.name]
    const calls = await callsWhile(given, names, async () => {
      const before = hits(given, names)
      await waitFor('the action is under way', () => hits(given, names) > before, patienceSeconds)
      await recovery.kill('SIGKILL')
      recovery = await startRecovery(given.stack, options.name, config)
      await waitFor('it is known what became of it', async () =>
        (await recovery.records()).some(({ result }) => result === 'interrupted'),
      )
      await decided(recovery, 'attempts_exhausted')
    })
    return calls === 1 ? undefined : `${calls} calls, 1 expected`
  } finally {
    await recovery.kill('SIGTERM')
  }
}
