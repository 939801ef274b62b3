// All secrets of the configuration, in the forms in which a program may write them down.

/** Shorter ones would hide words that mean something else. */
const minLength = 6

export function findSecrets(settings: unknown): readonly string[] {
  const found = new Set<string>()
  collect(settings, found)
  const forms = [...found].flatMap(formsOf).filter((text) => text.length >= minLength)
  // The longest first: what is left of it would be known by nobody.
  return [...new Set(forms)].toSorted((a, b) => b.length - a.length)
}

function collect(value: unknown, found: Set<string>): void {
  if (value === null || typeof value !== 'object') return
  if ('reveal' in value && typeof value.reveal === 'function') {
    const text = reveal(value.reveal as () => unknown)
    if (text !== undefined) found.add(text)
    return
  }
  for (const part of Object.values(value)) collect(part, found)
}

/** A file that is gone holds nothing that could be shown. */
function reveal(read: () => unknown): string | undefined {
  try {
    return String(read())
  } catch {
    return undefined
  }
}

/** Of a URL its password too, as it is written there and as it is meant. */
function formsOf(secret: string): string[] {
  const password = URL.canParse(secret) ? new URL(secret).password : ''
  // Of a key in several lines each one is known.
  const all = [secret, ...secret.split('\n'), password, decode(password)].map((text) => text.trim())
  return all.flatMap((text) => [text, encodeURIComponent(text), Buffer.from(text).toString('base64')])
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
