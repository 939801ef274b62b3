// Alerts as they come and go, for whoever looks at the terminal of `npm start`.
import { setTimeout as delay } from 'node:timers/promises'
import { queryPrometheus } from './stack/query.ts'

export interface AlertFeedOptions {
  readonly prometheusUrl: string
  readonly write: (line: string) => void
  readonly signal: AbortSignal
}

// Watchdog always fires: that is how its absence is noticed.
const query = 'ALERTS{alertname!="Watchdog"}'
const pollMilliseconds = 2000
const settlingMilliseconds = 15_000

/** Writes a line for each change until `signal` aborts. */
export async function followAlerts({ prometheusUrl, write, signal }: AlertFeedOptions): Promise<void> {
  await settle(prometheusUrl, signal)
  let before: ReadonlyMap<string, string> = new Map()
  while (!signal.aborted) {
    const now = await readAlerts(prometheusUrl)
    if (now) {
      for (const line of describeChanges(before, now)) write(`${new Date().toLocaleTimeString('sv')} ${line}`)
      before = now
    }
    await delay(pollMilliseconds, undefined, { signal }).catch(() => {})
  }
}

/** What waits at first is of the start: the rules were asked before all had been scraped. */
async function settle(url: string, signal: AbortSignal): Promise<void> {
  const until = Date.now() + settlingMilliseconds
  while (!signal.aborted && Date.now() < until) {
    const states = [...((await readAlerts(url)) ?? new Map<string, string>()).values()]
    if (!states.includes('pending')) return
    await delay(pollMilliseconds, undefined, { signal }).catch(() => {})
  }
}

/** State by alert; undefined while Prometheus does not answer, which says nothing about alerts. */
async function readAlerts(url: string): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const samples = await queryPrometheus(url, query)
    const pairs = samples.map(({ labels }): readonly [string, string] => [
      nameAlert(labels),
      labels['alertstate'] ?? '',
    ])
    // An alert that begins to fire is for one scrape in both states.
    return new Map(pairs.toSorted(([, a], [, b]) => Number(a === 'firing') - Number(b === 'firing')))
  } catch {
    return undefined
  }
}

function nameAlert(labels: Readonly<Record<string, string>>): string {
  const subject = labels['target'] ?? labels['task'] ?? labels['instance'] ?? ''
  const cause = labels['root_cause']
  return [labels['alertname'], subject, ...(cause === undefined ? [] : ['because of', cause])]
    .join(' ')
    .trim()
}

/** Of what is gone `resolved` ends what fired, and `passed` what only waited. */
export function describeChanges(
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): string[] {
  const changed = [...now].filter(([alert, state]) => before.get(alert) !== state)
  const gone = [...before].filter(([alert]) => !now.has(alert))
  return [
    ...changed.map(([alert, state]) => `${state.padEnd(8)} ${alert}`),
    ...gone.map(([alert, state]) => `${state === 'firing' ? 'resolved' : 'passed  '} ${alert}`),
  ]
}
