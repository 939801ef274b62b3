// What goes wrong in tables: Grafana makes a column of every label, and joins the rows of several queries on the labels
// that more than one of them has.
import type { Panel } from '../panels/panel.ts'
import type { Asked } from './ask.ts'

interface Organize {
  readonly indexByName: Readonly<Record<string, number>>
}

export function tableProblems(panel: Panel, asked: readonly Asked[]): string[] {
  const { type, transformations = [] } = panel.build('en')
  if (type !== 'table') return []
  const organize = transformations.find(({ id }) => id === 'organize')?.options as Organize
  const known = new Set(Object.keys(organize.indexByName))
  return [...strangers(known, asked), ...twins(asked)]
}

function strangers(known: ReadonlySet<string>, asked: readonly Asked[]): string[] {
  return asked.flatMap(({ answer }) => {
    const found = labelsIn(answer).filter((label) => !known.has(label))
    return found.length > 0 ? [`a column that nobody named: ${found.join(', ')}\n    ${answer.query}`] : []
  })
}

/** Two rows of one query with the same key: only one of them would find its partner in the other queries. */
function twins(asked: readonly Asked[]): string[] {
  const all = asked.flatMap(({ answer }) => labelsIn(answer))
  const keys = [...new Set(all)].filter((label) => all.filter((one) => one === label).length > 1)
  if (keys.length === 0) return []
  return asked.flatMap(({ answer }) => {
    const rows = answer.series.map(({ labels }) => JSON.stringify(keys.map((key) => labels[key])))
    const twin = rows.find((row, index) => rows.indexOf(row) !== index)
    return twin === undefined
      ? []
      : [`two rows for ${twin} of ${keys.join(', ')}, expected one\n    ${answer.query}`]
  })
}

function labelsIn({ series }: Asked['answer']): string[] {
  return [...new Set(series.flatMap(({ labels }) => Object.keys(labels)))]
}
