// restart_service of a systemd unit on the machine that this process runs on.
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { Refusal, defineAction } from './action.ts'
import type { Plan } from './action.ts'
import { runSystemctl } from './systemctl.ts'

const fields = z.object({
  unit: z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9:_.@-]{0,230}\.service$/, 'expected the name of a unit, as in web.service')
    .describe('Its exact name.'),
  systemctl: z
    .string()
    .regex(/^\/\S+$/, 'expected the absolute path of a program')
    .prefault('/usr/bin/systemctl')
    .describe('The program that is asked.'),
  start_stopped: z.boolean().prefault(false).describe('Whether to start one that somebody may have stopped.'),
})
type Target = z.output<typeof fields>

const properties = ['Id', 'LoadState', 'ActiveState', 'SubState', 'Result', 'ExecMainStartTimestampMonotonic']
type Unit = Readonly<Record<string, string | undefined>>

/** Without these nobody would see what a restart did, or nothing would run any more. */
const untouchable =
  /^(?:systemd-.*|dbus.*|init|containerd|docker|prometheus|alertmanager|watchpost.*)\.service$/

export const restartUnit = defineAction({
  name: 'restart_service',
  type: 'systemd',
  fields,
  identify: ({ unit }) => unit,
  async plan(target, { signal }): Promise<Plan> {
    const found = await show(target, signal)
    const refusal = await whyNot(target, found)
    if (refusal !== undefined) return { refusal }
    return { steps: [`restart unit ${target.unit} (${found['ActiveState']}, ${found['SubState']})`] }
  },
  async run(target, { signal }) {
    const before = await show(target, signal)
    const refusal = await whyNot(target, before)
    if (refusal !== undefined) throw new Refusal(refusal)
    const tell = (verb: string) => runSystemctl(target.systemctl, [verb, '--', target.unit], signal)
    // After too many starts in a row systemd would refuse this one.
    if (before['ActiveState'] === 'failed') await tell('reset-failed')
    await tell('restart')
    await untilStarted(target, before, signal)
    return [`restarted unit ${target.unit}`]
  },
})

async function show({ systemctl, unit }: Target, signal: AbortSignal): Promise<Unit> {
  const words = ['show', ...properties.map((name) => `--property=${name}`), '--', unit]
  const lines = (await runSystemctl(systemctl, words, signal)).split('\n')
  return Object.fromEntries(lines.map((line) => [line.replace(/=.*/, ''), line.replace(/^[^=]*=/, '')]))
}

async function whyNot({ unit, start_stopped: mayStart }: Target, found: Unit): Promise<string | undefined> {
  if (found['LoadState'] !== 'loaded') return `it is ${found['LoadState'] ?? 'not known'}`
  if (found['Id'] !== unit) return `systemd knows ${unit} as ${found['Id']}`
  if (untouchable.test(unit)) return `${unit} is part of the monitoring, or of the machine`
  if (await isOwn(unit)) return 'it is the unit that this runs in'
  if (found['ActiveState'] === 'active' || found['ActiveState'] === 'failed') return undefined
  if (found['ActiveState'] === 'inactive') return mayStart ? undefined : 'it was stopped, or ended well'
  return `it is ${found['ActiveState']}`
}

async function isOwn(unit: string): Promise<boolean> {
  const groups = await readFile('/proc/self/cgroup', 'utf8').catch(() => '')
  return groups.split(/[/\n]/).includes(unit)
}

async function untilStarted(target: Target, before: Unit, signal: AbortSignal): Promise<void> {
  const startedAt = 'ExecMainStartTimestampMonotonic'
  for (;;) {
    const now = await show(target, signal)
    const isNew = now[startedAt] !== before[startedAt]
    if (now['ActiveState'] === 'active' && isNew) return
    if (now['ActiveState'] === 'failed') throw new Error(`it ended at once: ${now['Result']}`)
    await delay(250, undefined, { signal })
  }
}
