// What the chosen tasks depend on, with the state of each: whose fault it may be that a task fails.
import { headings } from '../catalogue/headings.ts'
import { tasks as words } from '../catalogue/tasks.ts'
import { depths, strengths } from '../label-words.ts'
import { linkTo } from '../links.ts'
import { statusStates } from '../mappings.ts'
import type { Panel } from '../panels/panel.ts'
import { table } from '../panels/table.ts'
import { chosenTasks, statusCode } from '../queries.ts'

export function taskNeeds(id: number): Panel {
  const edges = `max by (task, dependency, strength, depth) (watchpost_task_dependency{${chosenTasks}})`
  const state = `label_replace(${statusCode('target=~".+"')}, "dependency", "$1", "target", "(.+)")`
  return table({
    id,
    text: words.needs,
    keys: {
      task: { heading: headings.task },
      dependency: {
        heading: headings.dependency,
        links: [linkTo('service', 'target', 'column', 'dependency')],
      },
      strength: { heading: headings.strength, states: strengths },
      depth: { heading: headings.depth, states: depths },
    },
    values: [
      {
        expr: `${edges} * on (dependency) group_left () max by (dependency) (${state})`,
        heading: headings.state,
        states: statusStates,
        shown: 'filled',
      },
    ],
    sort: [{ by: headings.state, descending: true }],
  })
}
