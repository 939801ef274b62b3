// What people decide: a pause, a silence, a window, an approval, a rehearsal.
import { setTimeout as delay } from 'node:timers/promises'
import { waitFor } from '../../../harness/wait.ts'
import {
  callsWhile,
  control,
  decided,
  expectCalls,
  hits,
  patienceSeconds,
  settleMilliseconds,
  withRecovery,
} from './patients.ts'
import type { Guard } from './patients.ts'

export const people: Readonly<Record<string, Guard>> = {
  'paused means paused, also after a restart': async (given) => {
    const options = { name: 'paused' }
    await withRecovery(given, options, async (recovery) => {
      await control(recovery, 'pause', {})
      return undefined
    })
    return withRecovery(given, options, async (recovery) => {
      const calls = await callsWhile(given, ['paused'], () => decided(recovery, 'kill_switch'))
      return expectCalls(calls, 0)
    })
  },
  'a silence, set while the alert already fires, holds': (given) =>
    withRecovery(given, { name: 'silence', policy: { firing_for: '12s' } }, async (recovery) => {
      const calls = await callsWhile(given, ['silence'], async () => {
        await decided(recovery, 'too_young')
        await fetch(`${given.stack.urls.alertmanager}/api/v2/silences`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            matchers: [{ name: 'target', value: 'silence', isRegex: false, isEqual: true }],
            startsAt: new Date().toISOString(),
            endsAt: new Date(Date.now() + 15_000).toISOString(),
            createdBy: 'proof',
            comment: 'work under way',
          }),
        })
        await decided(recovery, 'silenced')
        await delay(settleMilliseconds)
      })
      return expectCalls(calls, 0)
    }),
  'a maintenance window holds': (given) => {
    const change = { maintenance: [{ cron: '* * * * *', for: '1m' }] }
    return withRecovery(given, { name: 'maintenance', change }, async (recovery) =>
      expectCalls(await callsWhile(given, ['maintenance'], () => decided(recovery, 'maintenance')), 0),
    )
  },
  'nothing happens without approval, and approving twice acts once': (given) =>
    withRecovery(given, { name: 'approve', policy: { mode: 'approve', attempts: 1 } }, async (recovery) => {
      let early = 0
      const calls = await callsWhile(given, ['approve'], async () => {
        const before = hits(given, ['approve'])
        await decided(recovery, 'awaiting_approval')
        early = hits(given, ['approve']) - before
        const { episode } =
          (await recovery.records()).find(({ decision }) => decision === 'awaiting_approval') ?? {}
        const answers = await Promise.all([1, 2].map(() => control(recovery, 'approve', { episode })))
        if (answers.toSorted((a, b) => a - b).join() !== '200,409') throw new Error(`got ${answers.join()}`)
        await decided(recovery, 'attempts_exhausted')
      })
      return expectCalls(early, 0) ?? (calls === 1 ? undefined : `${calls} calls, 1 expected`)
    }),
  'a rehearsal only says what it would do': (given) =>
    withRecovery(given, { name: 'rehearsal', change: { mode: 'dry_run' } }, async (recovery) => {
      const calls = await callsWhile(given, ['rehearsal'], async () => {
        const isRehearsed = async (): Promise<boolean> =>
          (await recovery.records()).some(({ type }) => type === 'rehearsed')
        await waitFor('a rehearsal', isRehearsed, patienceSeconds)
        await delay(settleMilliseconds)
      })
      return expectCalls(calls, 0)
    }),
}
