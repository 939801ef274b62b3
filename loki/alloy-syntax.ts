// Alloy's own language, as far as loki/config.alloy uses it, and stricter: what is not understood is an error.

export interface Reference {
  readonly reference: string
}

export type Value =
  string | number | boolean | Reference | readonly Value[] | { readonly fields: ReadonlyMap<string, Value> }

export interface Block {
  readonly name: string
  readonly label: string | undefined
  readonly attributes: ReadonlyMap<string, Value>
  readonly blocks: readonly Block[]
}

interface Token {
  readonly kind: string
  readonly text: string
  readonly line: number
}

const tokens =
  /(?<space>[ \t\r]+|\/\/[^\n]*)|(?<newline>\n)|(?<string>"(?:[^"\\\n]|\\.)*")|(?<raw>`[^`]*`)|(?<number>-?\d+(?:\.\d+)?)|(?<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)|(?<sign>[{}[\],=])|(?<stranger>[^])/g

function tokenize(source: string): Token[] {
  let line = 1
  const found: Token[] = []
  for (const { groups = {}, 0: text } of source.matchAll(tokens)) {
    const kind = Object.keys(groups).find((name) => groups[name] !== undefined) ?? 'stranger'
    if (kind === 'stranger') throw new Error(`line ${line}: ${JSON.stringify(text)} does not belong here`)
    if (kind !== 'space') found.push({ kind: kind === 'sign' ? text : kind, text, line })
    line += text.split('\n').length - 1
  }
  return found
}

interface Reader {
  take(...kinds: readonly string[]): Token
  /** Takes the next token if it is of this kind, and tells whether it was. */
  skip(kind: string): boolean
  skipLines(): void
  isNext(kind: string | undefined): boolean
}

function createReader(left: Token[]): Reader {
  const isNext = (kind: string | undefined): boolean => left[0]?.kind === kind
  const skip = (kind: string): boolean => isNext(kind) && left.shift() !== undefined
  return {
    isNext,
    skip,
    skipLines() {
      while (skip('newline'));
    },
    take(...kinds) {
      const token = left.shift() ?? { kind: 'end', text: 'the end', line: 0 }
      if (kinds.includes(token.kind)) return token
      throw new Error(
        `line ${token.line}: found ${JSON.stringify(token.text)}, expected ${kinds.join(' or ')}`,
      )
    },
  }
}

/** The blocks of a file, in order. */
export function parseAlloy(source: string): readonly Block[] {
  return body(createReader(tokenize(source)), undefined).blocks
}

function body(reader: Reader, end: string | undefined): Pick<Block, 'attributes' | 'blocks'> {
  const attributes = new Map<string, Value>()
  const blocks: Block[] = []
  for (reader.skipLines(); !reader.isNext(end); reader.skipLines()) {
    const name = reader.take('name')
    if (!reader.skip('=')) {
      blocks.push(block(reader, name.text))
    } else if (attributes.has(name.text)) {
      throw new Error(`line ${name.line}: ${name.text} is set twice`)
    } else {
      attributes.set(name.text, value(reader))
    }
    if (!reader.isNext(end)) reader.take('newline')
  }
  return { attributes, blocks }
}

function block(reader: Reader, name: string): Block {
  const label = reader.isNext('string') ? string(reader.take('string')) : undefined
  reader.take('{')
  const content = body(reader, '}')
  reader.take('}')
  return { name, label, ...content }
}

function value(reader: Reader): Value {
  const token = reader.take('string', 'raw', 'number', 'name', '[', '{')
  if (token.kind === 'string') return string(token)
  if (token.kind === 'raw') return token.text.slice(1, -1)
  if (token.kind === 'number') return Number(token.text)
  if (token.kind === '[') return list(reader, ']', value)
  if (token.kind === '{') return { fields: new Map(list(reader, '}', field)) }
  return /^(?:true|false)$/.test(token.text) ? token.text === 'true' : { reference: token.text }
}

function field(reader: Reader): readonly [string, Value] {
  const key = reader.take('string', 'name')
  reader.take('=')
  return [key.kind === 'string' ? string(key) : key.text, value(reader)]
}

/** As in Go, a line ends an element only after a comma. */
function list<Element>(reader: Reader, end: string, element: (reader: Reader) => Element): Element[] {
  const elements: Element[] = []
  for (reader.skipLines(); !reader.skip(end); reader.skipLines()) {
    elements.push(element(reader))
    if (!reader.isNext(end)) reader.take(',')
  }
  return elements
}

/** Escapes are Go's; those of JSON are all that is needed here. */
function string({ text, line }: Token): string {
  try {
    return String(JSON.parse(text))
  } catch (error) {
    throw new Error(`line ${line}: ${text} has an escape that is not known`, { cause: error })
  }
}
