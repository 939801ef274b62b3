// Recovery heals one fault, so that its panels have something to show, and is paused before the faults that are to stay.
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { queryPrometheus } from '../../demo/stack/query.ts'
import type { Stack } from '../../demo/stack/stack.ts'
import type { Fault } from './faults.ts'

/** Nothing depends on this one, and no path leads over it. */
const healed: Fault = ['trainer', 'down']
const acted = 'sum(watchpost_recovery_actions_total) > 0'

export async function rehearse({ fleet, recovery, urls }: Stack, patienceSeconds: number): Promise<void> {
  if (recovery === undefined) throw new Error('the demo: expected recovery to run')
  const deadline = Date.now() + patienceSeconds * 1000
  await fleet.break(...healed)
  while ((await queryPrometheus(urls.prometheus ?? '', acted)).length === 0 && Date.now() < deadline) {
    await delay(1000)
  }
  const token = (await readFile(recovery.controlTokenFile, 'utf8')).trim()
  const response = await fetch(`${recovery.url}/v1/control/pause`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ actor: 'proof' }),
  })
  if (!response.ok) throw new Error(`pause recovery: expected status 200, got ${response.status}`)
  await fleet.heal(healed[0])
}
