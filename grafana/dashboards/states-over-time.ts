// How each of some targets was over time.
import type { PanelText } from '../language.ts'
import type { Link } from '../links.ts'
import { statusStates } from '../mappings.ts'
import type { Panel } from '../panels/panel.ts'
import { stateTimeline } from '../panels/timeline.ts'
import { series, statusCode } from '../queries.ts'

interface StatesOverTime {
  readonly id: number
  readonly text: PanelText
  /** Of which targets, as the insides of selectors, group by group. */
  readonly of: readonly string[]
  readonly links?: readonly Link[]
}

export function statesOverTime({ of, ...facts }: StatesOverTime): Panel {
  const queries = of.map((selector) => series(statusCode(selector), '{{target}}'))
  return stateTimeline({ ...facts, states: statusStates, queries })
}
