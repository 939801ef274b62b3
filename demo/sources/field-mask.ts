// Google's partial responses: `fields=a,b(c,d),e.f` keeps only what it names.

/** Null keeps everything below. */
type Mask = Map<string, Mask | null>

/** Undefined for a mask that cannot be read. */
export function parseFieldMask(text: string): Mask | undefined {
  const tokens = text.match(/[\w*]+|[,()./]/g) ?? []
  if (tokens.join('') !== text) return undefined
  const mask = parseList(tokens)
  return tokens.length === 0 ? mask : undefined
}

export function applyFieldMask(value: unknown, mask: Mask): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => applyFieldMask(item, mask))
  if (value === null || typeof value !== 'object') return value
  const kept = Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const below = mask.has(key) ? mask.get(key) : mask.get('*')
    if (below === undefined) return []
    return [[key, below === null ? inner : applyFieldMask(inner, below)] as const]
  })
  return Object.fromEntries(kept)
}

function parseList(tokens: string[]): Mask | undefined {
  const mask: Mask = new Map()
  do {
    const name = tokens.shift()
    if (name === undefined || !/^[\w*]+$/.test(name)) return undefined
    const below = parseBelow(tokens)
    if (below === undefined) return undefined
    const known = mask.get(name)
    mask.set(name, known && below ? new Map([...known, ...below]) : below)
  } while (tokens[0] === ',' && tokens.shift())
  return mask
}

function parseBelow(tokens: string[]): Mask | null | undefined {
  if (tokens[0] === '(') {
    tokens.shift()
    const list = parseList(tokens)
    return tokens.shift() === ')' ? list : undefined
  }
  if (tokens[0] !== '.' && tokens[0] !== '/') return null
  tokens.shift()
  const name = tokens.shift()
  if (name === undefined) return undefined
  const below = parseBelow(tokens)
  return below === undefined ? undefined : new Map([[name, below]])
}
