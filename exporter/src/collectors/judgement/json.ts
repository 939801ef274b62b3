// JSON from strangers. What comes out is safe to walk by recursion and holds nothing that was not in the text.

export type Json = { readonly value: unknown } | { readonly problem: string }

/** Deeper than any answer meant to be read; far less than a stack can take. */
const maxDepth = 64

/**
 * Of keys given twice the last one counts. A key `__proto__` is a key like any other: it is never
 * copied into another object. Numbers too large for a double become infinite, and are dropped where read.
 */
export function parseJson(text: string | undefined): Json {
  if (text === undefined || text.trim() === '') return { problem: 'nothing' }
  if (exceedsDepth(text)) return { problem: `JSON nested deeper than ${maxDepth} levels` }
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    // The parser's message quotes the text, which may be anything.
    return { problem: /^\s*</.test(text) ? 'a page of HTML' : 'text that is not JSON' }
  }
}

const openings = /["[\]{}]/g

/** The parser itself takes any depth, and whoever walks the result then runs out of stack. */
function exceedsDepth(text: string): boolean {
  // Nearly every body has fewer brackets altogether.
  if (count(text, '[') + count(text, '{') <= maxDepth) return false
  let depth = 0
  openings.lastIndex = 0
  for (let found = openings.exec(text); found; found = openings.exec(text)) {
    const [sign] = found
    if (sign === '"') openings.lastIndex = endOfString(text, found.index)
    else depth += sign === '[' || sign === '{' ? 1 : -1
    if (depth > maxDepth) return true
  }
  return false
}

/** Of `sign` in the text, up to one more than the depth. */
function count(text: string, sign: string): number {
  let found = 0
  for (let at = text.indexOf(sign); at !== -1 && found <= maxDepth; at = text.indexOf(sign, at + 1))
    found += 1
  return found
}

function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let escapes = 0
    while (text[quote - 1 - escapes] === '\\') escapes += 1
    if (escapes % 2 === 0) return quote + 1
  }
  return text.length
}
