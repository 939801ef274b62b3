// From the overview to the cause: five faults, what the overview says of each, and what the panel shows to which a click
// on that row leads. docs/dashboards.md tells a reader the same.
import { setTimeout as delay } from 'node:timers/promises'
import { render } from '../dashboard.ts'
import type { Dashboard } from '../dashboard.ts'
import { dashboards } from '../dashboards/index.ts'
import { panelsOf } from '../layout.ts'
import { uids } from '../links.ts'
import type { Destination } from '../links.ts'
import { ask } from './ask.ts'
import type { Asking, Series } from './ask.ts'
import type { Fault } from './faults.ts'
import type { Server } from './walk.ts'

type Labels = Readonly<Record<string, string>>

/** A row or a line of a panel that answers the question why. */
interface Evidence {
  readonly panel: readonly [Destination, id: number]
  /** Labels that it has, with a value or whatever value they have. */
  readonly labels: Readonly<Record<string, string | RegExp>>
  readonly atLeast?: number
}

interface Path {
  readonly fault: Fault
  /** Labels of the row among the firing alerts of the overview. */
  readonly row: Labels
  /** The column to click on in that row, and what the dashboard it opens shows. */
  readonly click: string
  readonly shows: Evidence
  /** What the second click shows, on the map. */
  readonly next?: readonly Evidence[]
}

const onTheMap = (id: string, color: string): Evidence => ({ panel: ['topology', 1], labels: { id, color } })

export const paths: readonly Path[] = [
  {
    fault: ['ohlc_api', 'down'],
    row: { alertname: 'ServiceDown', target: 'ohlc_api' },
    click: 'target',
    shows: { panel: ['service', 12], labels: { reason: 'connect' }, atLeast: 1 },
    next: [onTheMap('ohlc_api', 'red'), onTheMap('analyze_api', 'orange')],
  },
  {
    fault: ['platform_db', 'block'],
    row: { alertname: 'DatabaseSessionsBlocked', target: 'platform_db' },
    click: 'target',
    shows: {
      panel: ['databases', 8],
      labels: { target: 'platform_db', blocker: /./, blocked: /./ },
      atLeast: 1,
    },
  },
  {
    fault: ['analyze', 'fail'],
    row: { alertname: 'TaskFailed', task: 'analyze' },
    click: 'task',
    shows: { panel: ['tasks', 13], labels: { error_class: /./ }, atLeast: 1 },
  },
  {
    fault: ['google_sheets', 'quota'],
    row: { alertname: 'DataSourceDown', target: 'google_sheets' },
    click: 'target',
    shows: { panel: ['data_sources', 5], labels: { target: 'google_sheets' }, atLeast: 1 },
  },
  {
    fault: ['trending_api', 'slow'],
    row: { alertname: 'TargetSlow', target: 'trending_api' },
    click: 'target',
    shows: { panel: ['service', 14], labels: { phase: 'processing' }, atLeast: 1 },
  },
]

const firing = ['overview', 8] as const

/** A line for each path that does not lead to its cause before patience ends. */
export async function followPaths(
  server: Server,
  followed: readonly Path[],
  patienceSeconds: number,
): Promise<readonly string[]> {
  const deadline = Date.now() + patienceSeconds * 1000
  const lost = new Map<Path, string>(followed.map((path) => [path, 'not followed']))
  for (;;) {
    for (const path of lost.keys()) {
      const trouble = await follow(server, path)
      if (trouble === undefined) lost.delete(path)
      else lost.set(path, trouble)
    }
    if (lost.size === 0 || Date.now() > deadline) return [...lost.values()]
    await delay(1000)
  }
}

async function follow(server: Server, path: Path): Promise<string | undefined> {
  const name = path.fault.join(' ')
  const { row, shows, next = [] } = path
  const listed = await seriesOf(server, firing, {})
  if (!listed.some((one) => fits(one, { labels: row }))) {
    return `${name}: the overview does not list ${Object.values(row).join(' of ')}`
  }
  const steps = [[shows, linkOf(path)] as const, ...next.map((evidence) => [evidence, {}] as const)]
  for (const [evidence, variables] of steps) {
    const found = await seriesOf(server, evidence.panel, variables)
    if (!found.some((one) => fits(one, evidence))) {
      const sought = JSON.stringify(evidence.labels, (_, value: unknown) =>
        value instanceof RegExp ? 'any' : value,
      )
      return `${name}: ${evidence.panel.join(' panel ')} does not show ${sought}`
    }
  }
  return undefined
}

function fits({ labels, points }: Series, evidence: Pick<Evidence, 'labels' | 'atLeast'>): boolean {
  const hasLabels = Object.entries(evidence.labels).every(([label, value]) =>
    value instanceof RegExp ? value.test(labels[label] ?? '') : labels[label] === value,
  )
  return hasLabels && points.some(([, value]) => value >= (evidence.atLeast ?? -Infinity))
}

/** The variables that a click on the row sets, read from the link as the file has it. */
export function linkOf({ row, click, shows }: Pick<Path, 'row' | 'click' | 'shows'>): Labels {
  const model = render(dashboardOf(firing[0]), 'en')
  const panels = (model.panels ?? []).filter(({ type }) => type !== 'row')
  const panel = panels.find(({ id }) => id === firing[1])
  const file = JSON.parse(JSON.stringify(panel)) as TableFile
  const links = file.fieldConfig.overrides
    .filter(({ matcher }) => matcher.options === click)
    .flatMap(({ properties }) => properties.filter(({ id }) => id === 'links').flatMap(({ value }) => value))
  const uid = uids[shows.panel[0]]
  const link = links.find(({ url }) => url.startsWith(`/d/${uid}?`))
  if (link === undefined) throw new Error(`column ${click}: expected a link to ${uid}`)
  const url = link.url
    .replaceAll(/\$\{__data\.fields\.(\w+):percentencode\}/g, (_, label: string) =>
      encodeURIComponent(row[label] ?? ''),
    )
    .replace('${__url_time_range}', 'from=now-6h&to=now')
  const chosen = [...new URL(url, 'http://grafana').searchParams].filter(([key]) => key.startsWith('var-'))
  return Object.fromEntries(chosen.map(([key, value]) => [key.slice('var-'.length), value]))
}

interface TableFile {
  readonly fieldConfig: {
    readonly overrides: readonly {
      readonly matcher: { readonly options: string }
      readonly properties: readonly {
        readonly id: string
        readonly value: readonly { readonly url: string }[]
      }[]
    }[]
  }
}

/** What a panel has for these values of its variables, of all of its queries. */
export async function seriesOf(
  server: Server,
  [name, id]: Evidence['panel'],
  variables: Asking['variables'],
): Promise<readonly Series[]> {
  const panel = panelsOf(dashboardOf(name).sections).find((one) => one.id === id)
  if (panel === undefined) throw new Error(`${name} panel ${id}: expected a panel that exists`)
  const asking = { ...server, now: Date.now() / 1000, variables }
  const answers = await Promise.all(panel.queries.map((query) => ask(query, asking)))
  return answers.flatMap(({ series }) => series)
}

function dashboardOf(name: Destination): Dashboard {
  const found = dashboards.map((make) => make()).find((one) => one.name === name)
  if (found === undefined) throw new Error(`expected a dashboard called ${name}`)
  return found
}
