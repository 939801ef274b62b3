// One plan from beginning to end, in a process of its own: one that is busy must not make the others late.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { join } from 'node:path'
import { keepToShare } from '../../../demo/programs/ports.ts'
import { queryPrometheus } from '../../../demo/stack/query.ts'
import type { Sample } from '../../../demo/stack/query.ts'
import { alertsOf, readRuleFiles } from '../../../prometheus/rules.ts'
import type { Page } from './fault.ts'
import { keepOnly, plans } from './plan.ts'
import type { Plan } from './plan.ts'
import { runWave } from './run.ts'
import type { Waiting, WaveResult } from './run.ts'
import { openScene } from './scene.ts'

const readySeconds = 120

/** Resolves when all waves are over, or those faults of them; `hear` is told of each. */
export async function playApart(
  { name }: Plan,
  { only = [], hear }: { readonly only?: readonly string[]; readonly hear: (result: WaveResult) => void },
): Promise<void> {
  const child = fork(import.meta.filename, [name, ...only])
  child.on('message', (result) => hear(result as WaveResult))
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`${name}: expected its process to end well, got exit code ${code}`)
}

async function play({ name, pace, waves, hasStandby = false }: Plan): Promise<void> {
  const scene = await openScene({ name, pace, hasStandby })
  try {
    const waiting = await readWaiting()
    await untilQuiet(scene.stack.urls.prometheus ?? '')
    for (const wave of waves) process.send?.(await runWave(scene, wave, waiting))
  } finally {
    await scene.close()
  }
}

async function readWaiting(): Promise<Waiting> {
  const files = await readRuleFiles(join(import.meta.dirname, '../../../prometheus/rules'))
  const rules = files.flatMap(alertsOf)
  return ({ alert, severity }: Page) => {
    const rule = rules.find((one) => one.alert === alert && one.labels['severity'] === severity)
    if (!rule) throw new Error(`${alert}: expected a rule of severity ${severity}`)
    return rule.for ?? '0s'
  }
}

async function untilQuiet(prometheus: string): Promise<void> {
  const deadline = Date.now() + readySeconds * 1000
  let loud: readonly Sample[] = []
  while (Date.now() < deadline) {
    // As it was a moment ago counts too: what was down or slow then keeps its dependents silent.
    loud = await queryPrometheus(
      prometheus,
      'target:watchpost_target_down:max5m or target:watchpost_target_waits:max5m or ALERTS{severity=~"warning|critical"}',
    )
    const up = await queryPrometheus(prometheus, 'watchpost_target_up')
    if (up.length > 0 && loud.length === 0) return
    await delay(300)
  }
  const found = loud.map(({ labels }) => JSON.stringify(labels)).join(', ')
  throw new Error(`expected a fleet that is well within ${readySeconds} s, got ${found}`)
}

if (import.meta.main) {
  const [wanted, ...only] = process.argv.slice(2)
  const plan = plans.find(({ name }) => name === wanted)
  if (!plan) throw new Error(`expected the name of a plan, got ${wanted ?? 'nothing'}`)
  keepToShare({ index: plans.indexOf(plan), of: plans.length })
  await play(only.length === 0 ? plan : keepOnly(plan, only))
  process.disconnect?.()
}
