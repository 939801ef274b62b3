import { headings } from '../catalogue/headings.ts'
import { topology as words } from '../catalogue/topology.ts'
import type { Dashboard } from '../dashboard.ts'
import { depths, kinds, reasons, strengths } from '../label-words.ts'
import { band, section } from '../layout.ts'
import { linkTo } from '../links.ts'
import { nodeGraph } from '../panels/node-graph.ts'
import type { Panel } from '../panels/panel.ts'
import { table } from '../panels/table.ts'
import { statesOverTime } from './states-over-time.ts'

export function topology(): Dashboard {
  return {
    name: 'topology',
    text: words,
    from: 'now-1h',
    sections: [
      section(words.map, band(18, graph())),
      section(words.faults, band(7, rootCauses(), impact()), band(9, states())),
      section(words.edges, band(9, edges())),
    ],
  }
}

const known = 'max by (target, kind) (watchpost_target_info)'
const rootCause = 'max by (target, kind) (target:watchpost_target_down:root_cause)'

function inState(status: string): string {
  return `max by (target, kind) (watchpost_target_status{status="${status}"} == 1)`
}

/** Adds a label of a fixed value. */
function marked(vector: string, label: string, value: string): string {
  return `label_replace(${vector}, "${label}", "${value}", "", "")`
}

function painted(vector: string, colour: string, word: string): string {
  return marked(marked(vector, 'color', colour), 'mainstat', word)
}

const nodes = [
  painted(`${rootCause} == 1`, 'red', 'root cause'),
  painted(`(${inState('error')} unless on (target) ${rootCause})`, 'orange', 'impacted'),
  painted(inState('warning'), 'orange', 'warning'),
  painted(inState('unknown'), 'purple', 'unknown'),
  painted(inState('healthy'), 'green', 'healthy'),
].join(' or ')

function copied(vector: string, from: string, to: string): string {
  return `label_replace(${vector}, "${to}", "$1", "${from}", "(.+)")`
}

function described(vector: string): string {
  return copied(copied(copied(vector, 'target', 'id'), 'target', 'title'), 'kind', 'subtitle')
}

/** Only edges with a node at both ends: the panel fails on any other. */
function direct(strength: string): string {
  const all = `max by (target, dependency) (watchpost_target_dependency{depth="direct",strength="${strength}"})`
  return `(${all} and on (target) ${known} and on (dependency) ${copied(known, 'target', 'dependency')})`
}

/** The label `target` becomes the end of the arrow only after it has been kept as its beginning. */
function arrows(vector: string): string {
  return copied(
    copied(`label_join(${vector}, "id", " → ", "target", "dependency")`, 'target', 'source'),
    'dependency',
    'target',
  )
}

function graph(): Panel {
  return nodeGraph({
    id: 1,
    text: words.graph,
    links: [linkTo('service', 'target', 'column', 'id')],
    nodes: described(`(${nodes})`),
    edges: `${arrows(direct('hard'))} or ${marked(arrows(direct('soft')), 'strokedasharray', '6')}`,
  })
}

function rootCauses(): Panel {
  return table({
    id: 2,
    text: words.rootCauses,
    emptyUntil: 'a target fails',
    keys: {
      target: { heading: headings.target, links: [linkTo('service', 'target', 'column')] },
      kind: { heading: headings.kind, states: kinds },
      reason: { heading: headings.reason, states: reasons },
    },
    values: [
      { expr: `${rootCause} == 1` },
      {
        expr: `max by (target, reason) (watchpost_target_failure == 1) and on (target) ${rootCause} == 1`,
      },
    ],
  })
}

function impact(): Panel {
  return table({
    id: 3,
    text: words.impact,
    emptyUntil: 'a target fails',
    keys: {
      root_cause: {
        heading: headings.rootCause,
        links: [linkTo('service', 'target', 'column', 'root_cause')],
      },
      target: { heading: headings.victim, links: [linkTo('service', 'target', 'column')] },
    },
    values: [{ expr: 'max by (root_cause, target) (target_root_cause:watchpost_target_down:impact)' }],
    sort: [{ by: headings.rootCause }],
  })
}

function states(): Panel {
  const of = ['database', 'data_source', 'service'].map((kind) => `kind="${kind}"`)
  return statesOverTime({ id: 4, text: words.states, of, links: [linkTo('service', 'target', 'label')] })
}

function edges(): Panel {
  return table({
    id: 5,
    text: words.table,
    keys: {
      target: { heading: headings.target, links: [linkTo('service', 'target', 'column')] },
      dependency: {
        heading: headings.dependency,
        links: [linkTo('service', 'target', 'column', 'dependency')],
      },
      strength: { heading: headings.strength, states: strengths },
      depth: { heading: headings.depth, states: depths },
    },
    values: [{ expr: 'max by (target, dependency, strength, depth) (watchpost_target_dependency)' }],
    sort: [{ by: headings.target }],
  })
}
