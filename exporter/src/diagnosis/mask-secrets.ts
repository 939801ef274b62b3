// Lines of a log without the secrets in them. In doubt it hides: a word too few can be looked up at the source.

export const mask = '<secret>'

/** What says by its name that a secret follows. */
const names = String.raw`[\w.-]{0,40}(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|cookie|session[_-]?id|signature|authorization|jwt|dsn)[\w.-]{0,40}`

const rules: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // Headers: the rest of the line, since schemes and cookies have many forms.
  [/\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key)(["']?\s*[:=]\s*).+/gi, `$1$2${mask}`],
  [/\b(bearer|negotiate)\s+[\w.~+/=:-]{8,}/gi, `$1 ${mask}`],
  [/\b([Bb]asic|[Dd]igest)\s+(?=\S*[\dA-Z=])[\w.~+/=:-]{8,}/g, `$1 ${mask}`],
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s"'<>]*@/gi, `$1${mask}@`],
  [
    new RegExp(String.raw`(["']?${names}["']?\s*(?:=>|[:=])\s*)(["'])(?:\\.|(?!\2)[^\\])*(?:\2|$)`, 'gi'),
    `$1${mask}`,
  ],
  [new RegExp(String.raw`(["']?\b${names}["']?\s*(?:=>|[:=])\s*)[^\s"',;&}\])]+`, 'gi'), `$1${mask}`],
  [new RegExp(String.raw`(--?${names}\s+)[^\s-]\S*`, 'gi'), `$1${mask}`],
  // Known by their form: web tokens, keys of clouds and of code hosts.
  [/\beyJ[\w-]{8,}(?:\.[\w-]+){1,4}/g, mask],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, mask],
  [/\b(?:gh[pousr]|github_pat|glpat|xox[abeprs]|sk|pk|rk|ya29|dop_v1|npm|hf)[_.-][\w.-]{16,}/g, mask],
  [/\bAIza[\w-]{30,}/g, mask],
]

const begin = /-----BEGIN [A-Z0-9 ]+-----/
const end = /-----END [A-Z0-9 ]+-----/

export function maskSecrets(lines: readonly string[], known: readonly string[]): readonly string[] {
  // A log that begins in the midst of a key shows only how the key ends.
  let isInside = first(lines, end) < first(lines, begin)
  return lines.map((line) => {
    const opens = begin.test(line)
    const wasInside = isInside
    if (opens) isInside = true
    if (end.test(line)) isInside = false
    return opens || wasInside ? mask : maskLine(line, known)
  })
}

/** Of a text that may have several lines. */
export function maskText(text: string): string {
  return maskSecrets(text.split('\n'), []).join('\n')
}

function first(lines: readonly string[], pattern: RegExp): number {
  const index = lines.findIndex((line) => pattern.test(line))
  return index < 0 ? Infinity : index
}

/** Patterns take their time with the lines of a program that writes whole documents. */
const maxLength = 2_000

function maskLine(line: string, known: readonly string[]): string {
  const start = line.slice(0, maxLength)
  const plain = known.reduce((text, secret) => text.replaceAll(secret, mask), start)
  const ruled = rules.reduce((text, [pattern, replacement]) => text.replaceAll(pattern, replacement), plain)
  return ruled.replaceAll(longWord, (word) => (isRandom(word) ? mask : word))
}

const longWord = /[\w+/=.~-]{20,}/g

/**
 * Letters, digits and cases change more often in what was drawn by chance than in names, paths and versions.
 * Ids are hidden as well: they cannot be told from keys.
 */
function isRandom(word: string): boolean {
  if (!/\d/.test(word) || !/[a-z]/i.test(word)) return false
  const classes = word
    .replaceAll(/[^a-z\d]/gi, '')
    .split('')
    .map(classOf)
  const changes = classes.filter((one, index) => index > 0 && one !== classes[index - 1]).length
  return changes >= classes.length * 0.2
}

function classOf(character: string): number {
  if (/\d/.test(character)) return 0
  return character === character.toLowerCase() ? 1 : 2
}
