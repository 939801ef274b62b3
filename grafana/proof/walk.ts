// Asks every question of every panel, for every value that its variables can have.
import { dashboards } from '../dashboards/index.ts'
import { all } from '../interpolation.ts'
import type { Scope } from '../interpolation.ts'
import { panelsOf } from '../layout.ts'
import type { Panel } from '../panels/panel.ts'
import type { Query } from '../queries.ts'
import type { Variable } from '../variables.ts'
import { ask, listValues } from './ask.ts'
import type { Answer, Asked, Asking } from './ask.ts'
import { judge, slowestMilliseconds } from './judge.ts'
import type { Verdict } from './judge.ts'

export interface Server extends Omit<Asking, 'variables' | 'now'> {
  /** Which values of a variable of one are tried; all where it is left out. */
  readonly choose?: (values: readonly string[]) => readonly string[]
}

/** Judges the panels that `wanted` chooses; panels that ask nothing of Prometheus are left out. */
export async function walk(
  server: Server,
  wanted: (panel: Panel, dashboard: string) => boolean,
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = []
  for (const { name, variables: offered = [], sections } of dashboards.map((dashboard) => dashboard())) {
    const panels = panelsOf(sections).filter((panel) => asksPrometheus(panel) && wanted(panel, name))
    const choices = panels.length > 0 ? await chooseValues(offered, server) : []
    for (const panel of panels) {
      const found: Verdict[] = []
      for (const variables of choices) {
        found.push(judge(name, panel, await askAll(panel, { ...server, variables, now: Date.now() / 1000 })))
      }
      verdicts.push(merge(found))
    }
  }
  return verdicts
}

function asksPrometheus(panel: Panel): boolean {
  return panel.queries.some(({ shape }) => shape !== 'logs')
}

async function askAll(panel: Panel, asking: Asking): Promise<Asked[]> {
  return Promise.all(
    panel.queries.map(async (query) => ({ query, answer: await askTwiceIfSlow(query, asking) })),
  )
}

/** A query is slow when it is so twice: once may be the machine. */
async function askTwiceIfSlow(query: Query, asking: Asking): Promise<Answer> {
  const answer = await ask(query, asking)
  return answer.milliseconds > slowestMilliseconds ? ask(query, asking) : answer
}

type Choice = Scope['variables'][string]

/** All values at once for a variable of several, each by itself for a variable of one. */
async function chooseValues(variables: readonly Variable[], server: Server): Promise<Scope['variables'][]> {
  let choices: Scope['variables'][] = [{}]
  for (const { name, query, isMulti } of variables) {
    if (query === undefined) continue
    const listed = await listValues(query, server.prometheusUrl)
    const values = server.choose?.(listed) ?? listed
    const options: readonly Choice[] = isMulti ? [all, listed] : values.length > 0 ? values : ['']
    choices = choices.flatMap((choice) => options.map((value) => ({ ...choice, [name]: value })))
  }
  return choices
}

/** A panel is empty where it is so for every choice; it has the problems of each. */
function merge(verdicts: readonly Verdict[]): Verdict {
  const [first] = verdicts
  if (first === undefined) throw new Error('a panel was asked nothing: a variable has no values')
  return {
    ...first,
    isEmpty: verdicts.every(({ isEmpty }) => isEmpty),
    problems: [...new Set(verdicts.flatMap(({ problems }) => problems))],
  }
}
