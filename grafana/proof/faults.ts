// How each kind of panel that is empty while all is well is made to fill.
import { mayMount } from '../../demo/disk.ts'
import type { Fleet } from '../../demo/fleet.ts'
import type { EmptyUntil } from '../panels/panel.ts'

export type Fault = readonly [name: string, fault: string]

/** What is not here cannot be brought about on one machine within minutes; such panels are named as not shown. */
const faults: Partial<Record<EmptyUntil, Fault>> = {
  'a target fails': ['ohlc_api', 'down'],
  'a target is diagnosed': ['ohlc_api', 'down'],
  'an alert fires': ['ohlc_api', 'down'],
  'a task fails': ['analyze', 'fail'],
  'a task runs': ['fetch_ohlc', 'hang'],
  'a session is blocked': ['platform_db', 'block'],
  'a value is unusual': ['trending_api', 'slow'],
  'a quota runs out': ['google_sheets', 'quota'],
  ...(mayMount() ? { 'a disk fills up': ['host', 'disk-full'] } : {}),
}

/** Filled by the past that is written for the demo, and by what the demo has. */
const given = new Set<EmptyUntil>([
  'an hour has passed',
  'a day has passed',
  'weeks have passed',
  'anchors are configured',
  'a target is reached over TLS',
  'a standby is connected',
  'containers are watched',
  'a recovery runs',
])

export function canFill(until: EmptyUntil | undefined): boolean {
  return until !== undefined && (given.has(until) || faults[until] !== undefined)
}

/** What explains failures of others, whose alerts would stay away if it came before them. */
export function explainsOthers([name]: Fault): boolean {
  return name === 'platform_db'
}

/** Breaks what `isChosen` of what fills the panels, and of what `others` name; returns what that was. */
export async function breakAll(
  fleet: Fleet,
  others: readonly Fault[],
  isChosen: (fault: Fault) => boolean,
): Promise<readonly string[]> {
  const chosen = new Map([...Object.values(faults), ...others].filter(isChosen))
  for (const [name, fault] of chosen) await fleet.break(name, fault)
  return [...chosen].map((pair) => pair.join(' '))
}
