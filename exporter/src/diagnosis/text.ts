// Texts in two languages, and how places in them are filled in.

export const languages = ['en', 'zh-TW'] as const
export type Language = (typeof languages)[number]

/** English, then Traditional Chinese. */
export type Text = readonly [en: string, zhTW: string]

export type Facts = Readonly<Record<string, string | undefined>>

export function inLanguage(text: Text, language: Language): string {
  return text[languages.indexOf(language)] ?? text[0]
}

const place = /\{(\w+)\}/g

export function fillSentence(template: string, facts: Facts): string {
  return template.replaceAll(place, (_place, name: string) => printable(facts[name] ?? '?'))
}

/** Undefined when a place has nothing to be filled in with: half a command is worse than none. */
export function fillCommand(template: string, facts: Facts): string | undefined {
  const names = [...template.matchAll(place)].map(([, name = '']) => name)
  if (names.some((name) => facts[name] === undefined)) return undefined
  return template.replaceAll(place, (_place, name: string) => quoteForShell(printable(facts[name] ?? '')))
}

/** What others answer goes to terminals: their escape sequences do not. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ')
}

/** As one word of a shell: names and addresses come from answers of others, and commands are pasted. */
function quoteForShell(value: string): string {
  return /^[\w.:/@%+=,-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`
}

const wordSign = /[\w-]/

/** As a word of its own: a target called `db` is not meant by every `dbname`. */
export function mentions(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    const around = [text[at - 1] ?? '', text[at + name.length] ?? '']
    if (!around.some((sign) => wordSign.test(sign))) return true
  }
  return false
}
