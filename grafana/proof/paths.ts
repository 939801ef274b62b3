// From the overview to the cause: five faults, what the overview says of each, and the panel one click away that shows
// why. docs/dashboards.md tells a reader the same.
import { setTimeout as delay } from 'node:timers/promises'
import { dashboards } from '../dashboards/index.ts'
import { panelsOf } from '../layout.ts'
import type { Destination } from '../links.ts'
import type { Panel } from '../panels/panel.ts'
import { ask } from './ask.ts'
import type { Answer } from './ask.ts'
import type { Fault } from './faults.ts'
import type { Server } from './walk.ts'

interface Path {
  readonly fault: Fault
  /** Labels of the row among the firing alerts of the overview. */
  readonly row: Readonly<Record<string, string>>
  readonly leadsTo: readonly [Destination, panelId: number]
}

export const paths: readonly Path[] = [
  {
    fault: ['ohlc_api', 'down'],
    row: { alertname: 'ServiceDown', target: 'ohlc_api' },
    leadsTo: ['service', 12],
  },
  {
    fault: ['platform_db', 'block'],
    row: { alertname: 'DatabaseSessionsBlocked', target: 'platform_db' },
    leadsTo: ['databases', 8],
  },
  {
    fault: ['sync_kols', 'fail'],
    row: { alertname: 'TaskFailed', task: 'sync_kols' },
    leadsTo: ['tasks', 13],
  },
  {
    fault: ['google_sheets', 'quota'],
    row: { alertname: 'DataSourceQuotaExhausted', target: 'google_sheets' },
    leadsTo: ['data_sources', 5],
  },
  {
    fault: ['trending_api', 'slow'],
    row: { alertname: 'TargetSlow', target: 'trending_api' },
    leadsTo: ['service', 14],
  },
]

const firing = 8

/** A line for each path that does not lead to its cause before patience ends. */
export async function followPaths(server: Server, patienceSeconds: number): Promise<readonly string[]> {
  const deadline = Date.now() + patienceSeconds * 1000
  for (;;) {
    const broken = (await Promise.all(paths.map((path) => follow(server, path)))).flat()
    if (broken.length === 0 || Date.now() > deadline) return broken
    await delay(5000)
  }
}

async function follow(server: Server, { fault, row, leadsTo }: Path): Promise<string[]> {
  const name = fault.join(' ')
  const overview = await answersOf(server, findPanel('overview', firing), {})
  const isShown = overview.some(({ series }) =>
    series.some(({ labels }) => Object.entries(row).every(([label, value]) => labels[label] === value)),
  )
  if (!isShown) return [`${name}: the overview does not list ${Object.values(row).join(' of ')}`]
  const { target = '', task = '' } = row
  const cause = await answersOf(server, findPanel(...leadsTo), { target, task })
  return cause.some(({ series }) => series.length > 0)
    ? []
    : [`${name}: ${leadsTo.join(' panel ')} shows nothing`]
}

function answersOf(server: Server, panel: Panel, variables: Record<string, string>): Promise<Answer[]> {
  const asking = { ...server, now: Date.now() / 1000, variables }
  return Promise.all(panel.queries.map((query) => ask(query, asking)))
}

function findPanel(name: Destination, id: number): Panel {
  const dashboard = dashboards.map((make) => make()).find((one) => one.name === name)
  const panel = panelsOf(dashboard?.sections ?? []).find((one) => one.id === id)
  if (panel === undefined) throw new Error(`${name} panel ${id}: expected a panel that exists`)
  return panel
}
