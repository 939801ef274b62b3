// How each kind of panel that is empty while all is well is made to fill.
import type { Fleet } from '../../demo/fleet.ts'
import type { EmptyUntil } from '../panels/panel.ts'

type Fault = readonly [name: string, fault: string]

/** What is not here cannot be brought about on one machine within minutes; such panels are named as not shown. */
const faults: Partial<Record<EmptyUntil, readonly Fault[]>> = {
  'a target fails': [['ohlc_api', 'down']],
  'an alert fires': [['ohlc_api', 'down']],
  'a task fails': [['sync_kols', 'fail']],
  'a task is late': [['fetch_trending', 'miss']],
  'a task runs': [['fetch_ohlc', 'hang']],
  'a session is blocked': [['platform_db', 'block']],
  'a value is unusual': [['trainer', 'slow']],
}

export function canFill(until: EmptyUntil | undefined): until is EmptyUntil {
  return until !== undefined && faults[until] !== undefined
}

export async function breakFor(fleet: Fleet, reasons: readonly EmptyUntil[]): Promise<readonly string[]> {
  const chosen = new Map(reasons.flatMap((reason) => faults[reason] ?? []))
  for (const [name, fault] of chosen) await fleet.break(name, fault)
  return [...chosen].map(([name, fault]) => `${name} ${fault}`)
}

export async function healAll(fleet: Fleet): Promise<void> {
  const names = new Set(Object.values(faults).flatMap((list) => list.map(([name]) => name)))
  for (const name of names) await fleet.heal(name)
}
