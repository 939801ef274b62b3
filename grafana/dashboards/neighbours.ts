// What the chosen target depends on, or what depends on it, with the state of each.
import { headings } from '../catalogue/headings.ts'
import { depths, strengths } from '../label-words.ts'
import type { PanelText } from '../language.ts'
import { linkTo } from '../links.ts'
import { statusStates } from '../mappings.ts'
import type { Panel } from '../panels/panel.ts'
import { table } from '../panels/table.ts'
import { statusCode, thisTarget } from '../queries.ts'

interface Neighbours {
  readonly id: number
  readonly text: PanelText
  readonly direction: 'dependencies' | 'dependents'
}

/** The state of every target, in a label that the edges name it by. */
const statesByLabel = {
  target: statusCode('target=~".+"'),
  dependency: `label_replace(${statusCode('target=~".+"')}, "dependency", "$1", "target", "(.+)")`,
} as const

export function neighbours({ direction, ...facts }: Neighbours): Panel {
  const [own, other] =
    direction === 'dependencies' ? (['target', 'dependency'] as const) : (['dependency', 'target'] as const)
  const edges = `watchpost_target_dependency{${thisTarget.replace('target', own)}}`
  const others = `max by (${other}, strength, depth) (${edges})`
  const states = `max by (${other}) (${statesByLabel[other]})`
  return table({
    ...facts,
    keys: {
      [other]: { heading: headings.target, links: [linkTo('service', 'target', 'column', other)] },
      strength: { heading: headings.strength, states: strengths },
      depth: { heading: headings.depth, states: depths },
    },
    values: [
      {
        expr: `${states} * on (${other}) group_right () ${others}`,
        heading: headings.state,
        states: statusStates,
        shown: 'filled',
      },
    ],
  })
}
