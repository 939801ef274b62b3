// A first configuration while it is put together: what was found, and why it is as it is.
import { Document, isMap, isSeq } from 'yaml'

export interface Found {
  readonly section: 'services' | 'endpoints' | 'databases' | 'tasks'
  /** What it shall be called; where that is taken, a number is added. */
  readonly name: string
  /** What others call it when they say that they depend on it. */
  readonly alias?: string
  /** By alias or name; what is not in the file is left out. */
  readonly dependencies?: readonly string[]
  /** The rest of its keys. */
  readonly keys: Readonly<Record<string, unknown>>
  /** Lines to stand above it. */
  readonly comment?: string
}

export interface Draft {
  readonly found: readonly Found[]
  /** What could not be taken over, for a person to look at. */
  readonly left: readonly string[]
}

export const nothing: Draft = { found: [], left: [] }

export function joinDrafts(drafts: readonly Draft[]): Draft {
  return { found: drafts.flatMap(({ found }) => found), left: drafts.flatMap(({ left }) => left) }
}

/** A name of letters, digits and underscores, as targets are called here. */
export function toName(text: string): string {
  return (
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
      .replaceAll(/^_+|_+$/g, '') || 'unnamed'
  )
}

/** As it stands, where the configuration would take `${…}` for a variable. */
export function literal(text: string): string {
  return text.replaceAll('$', '$$$$')
}

const order = ['services', 'endpoints', 'databases', 'tasks'] as const

export function renderDraft({ found, left }: Draft): string {
  const named = nameApart(found)
  const sections = order.flatMap((section) => {
    const items = named.filter((one) => one.section === section)
    return items.length === 0 ? [] : [[section, items] as const]
  })
  const document = new Document(
    Object.fromEntries(sections.map(([section, items]) => [section, items.map(toItem(named))])),
  )
  for (const [section, items] of sections) {
    const list = document.get(section)
    if (isSeq(list)) comment(list.items, items)
  }
  const head = ['# Checked with: watchpost check --config.file=watchpost.yml']
  const notes = left.length === 0 ? [] : ['#', '# Not taken over:', ...left.map((line) => `# - ${line}`)]
  return `${[...head, ...notes].join('\n')}\n${document.toString({ lineWidth: 0 })}`
}

interface Named extends Found {
  readonly final: string
}

/** Names are unique over all sections: one may depend on another of any. */
function nameApart(found: readonly Found[]): readonly Named[] {
  const taken = new Set<string>()
  return found.map((one) => {
    let final = one.name
    for (let count = 2; taken.has(final); count += 1) final = `${one.name}_${count}`
    taken.add(final)
    return { ...one, final }
  })
}

function toItem(all: readonly Named[]): (one: Named) => object {
  // Sources of task runs are nothing that others depend on.
  const targets = all.filter(({ section }) => section !== 'tasks')
  return (one) => {
    const wanted = one.dependencies ?? []
    const names = wanted.flatMap((name) => {
      const target =
        targets.find((other) => other.alias === name) ?? targets.find(({ final }) => final === name)
      return target === undefined || target === one ? [] : [target.final]
    })
    const dependencies = names.length === 0 ? {} : { depends_on: [...new Set(names)] }
    return { name: one.final, ...one.keys, ...dependencies }
  }
}

function comment(nodes: readonly unknown[], items: readonly Found[]): void {
  for (const [index, { comment: text }] of items.entries()) {
    const node = nodes[index]
    if (text !== undefined && isMap(node)) {
      node.commentBefore = text
        .split('\n')
        .map((line) => ` ${line}`)
        .join('\n')
    }
  }
}
