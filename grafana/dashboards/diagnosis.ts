// Diagnoses in words: the metric names a cause from a closed list, and the list says what it most often comes from and
// what to try first.
import { catalogue } from '../../exporter/src/diagnosis/catalogue/catalogue.ts'
import { headings } from '../catalogue/headings.ts'
import { colour } from '../colours.ts'
import { text } from '../language.ts'
import type { PanelText, Text } from '../language.ts'
import { toAnyTarget } from '../links.ts'
import type { States } from '../mappings.ts'
import type { Panel } from '../panels/panel.ts'
import { table } from '../panels/table.ts'

type Pair = readonly [english: string, chinese: string]
type Entry = (typeof catalogue)[keyof typeof catalogue]

/** Places that facts would fill in are left to the reader, where no word can stand for them. */
function withoutFacts([english, chinese]: Pair): Text {
  const open = (sentence: string, root: string): string =>
    sentence
      .replaceAll(/[:：] ?\{rootDetail\}/g, '')
      .replace(/^\{root\}/, root)
      .replaceAll(/\{(\w+)\}/g, '<$1>')
  return text(open(english, 'What it depends on'), open(chinese, '其依賴'))
}

function words(of: (entry: Entry) => Pair | undefined): States {
  const found = Object.entries(catalogue).flatMap(([cause, entry]) => {
    const pair = of(entry)
    return pair === undefined ? [] : [[cause, [withoutFacts(pair), colour.neutral]] as const]
  })
  return Object.fromEntries(found)
}

/** The first that can be said without facts. */
const likeliest = words(({ causes }) => causes.find(([english]) => !english.includes('{')) ?? causes[0])

const firstStep = words(({ actions: [first] }) => {
  if (first === undefined) return undefined
  const [[english, chinese], command] = first
  return [`${english}: ${command}`, `${chinese}：${command}`]
})

interface Diagnosis {
  readonly id: number
  readonly text: PanelText
  /** Of which targets, as the inside of a selector. */
  readonly selector: string
  /** Of one target, whose name stands above. */
  readonly isOfOne?: boolean
}

export function diagnoses({ selector, isOfOne = false, ...facts }: Diagnosis): Panel {
  const found = `max by (target, cause) (watchpost_diagnosis{${selector}})`
  const likely = `label_replace(${found}, "likely", "$1", "cause", "(.+)")`
  return table({
    ...facts,
    emptyUntil: 'a target is diagnosed',
    keys: {
      target: isOfOne ? {} : { heading: headings.target, links: toAnyTarget, widthPixels: 150 },
      cause: { heading: headings.cause, widthPixels: 170 },
      likely: { heading: headings.likeliest, states: likeliest, shown: 'wrapped' },
      step: { heading: headings.firstStep, states: firstStep, shown: 'wrapped' },
    },
    values: [{ expr: `label_replace(${likely}, "step", "$1", "cause", "(.+)")` }],
    sort: [{ by: headings.target }],
  })
}
