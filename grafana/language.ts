// The languages of the dashboards, and texts that are the same thing said in each of them.
export const languages = ['en', 'zh-TW'] as const
export type Language = (typeof languages)[number]
export type Text = Readonly<Record<Language, string>>

/** Words in every language, or what needs no translation, such as a label's value. */
export type Saying = Text | string

export function say(saying: Saying, language: Language): string {
  return typeof saying === 'string' ? saying : saying[language]
}

export function text(english: string, chinese: string): Text {
  return { en: english, 'zh-TW': chinese }
}

/** What a panel says in words: its name, what to read from it, and what it shows when there is nothing to show. */
export interface PanelText {
  readonly title: Text
  readonly description: Text
  readonly empty: Text
}

export interface DashboardText {
  readonly title: Text
  readonly description: Text
}
