// Every question of every dashboard, asked of a server: two servers that know the same give the same answers.
import { dashboards } from '../../grafana/dashboards/index.ts'
import { all } from '../../grafana/interpolation.ts'
import type { Scope } from '../../grafana/interpolation.ts'
import { panelsOf } from '../../grafana/layout.ts'
import { ask, listValues } from '../../grafana/proof/ask.ts'
import type { Series } from '../../grafana/proof/ask.ts'
import type { Query } from '../../grafana/queries.ts'
import type { Variable } from '../../grafana/variables.ts'

export interface Question {
  /** The dashboard and the panel that ask. */
  readonly place: string
  readonly query: Query
  readonly variables: Scope['variables']
}

/** Of a variable of one, the first of its values on `url` is chosen; of several, all. */
export async function listQuestions(url: string): Promise<readonly Question[]> {
  const questions: Question[] = []
  for (const { name, variables: offered = [], sections } of dashboards.map((dashboard) => dashboard())) {
    const variables = await chooseValues(offered, url)
    for (const panel of panelsOf(sections)) {
      const place = `${name}: ${panel.text.title.en}`
      const asked = panel.queries.filter(({ shape }) => shape !== 'logs')
      questions.push(...asked.map((query) => ({ place, query, variables })))
    }
  }
  return questions
}

async function chooseValues(offered: readonly Variable[], url: string): Promise<Scope['variables']> {
  const chosen: Record<string, Scope['variables'][string]> = {}
  for (const { name, query, isMulti } of offered) {
    if (query === undefined) continue
    chosen[name] = isMulti ? all : ((await listValues(query, url))[0] ?? '')
  }
  return chosen
}

export interface Moment {
  readonly url: string
  /** Unix time in seconds. */
  readonly now: number
  readonly scrapeIntervalSeconds: number
}

/** As instants, which is what a graph is made of, too. */
export async function answer({ query, variables }: Question, moment: Moment): Promise<readonly Series[]> {
  const { url, now, scrapeIntervalSeconds } = moment
  const asking = { prometheusUrl: url, now, rangeSeconds: 60, scrapeIntervalSeconds, variables }
  const { series, error } = await ask({ ...query, shape: 'instant' }, asking)
  if (error !== undefined) throw new Error(`${url}: ${query.expr}: ${error}`)
  return series
}
