// The rule files as data, for what is made from them and for the tests that hold them to the house rules.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'

export const severities = ['critical', 'warning', 'info', 'none'] as const
export type Severity = (typeof severities)[number]

export interface AlertRule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly keep_firing_for?: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

export interface RecordingRule {
  readonly record: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
}

export type Rule = AlertRule | RecordingRule

export interface Group {
  readonly name: string
  readonly interval?: string
  readonly rules: readonly Rule[]
}

export interface RuleFile {
  /** The word before `.rules.yml`: the concern. */
  readonly concern: string
  readonly groups: readonly Group[]
}

export function isAlert(rule: Rule): rule is AlertRule {
  return 'alert' in rule
}

const suffix = '.rules.yml'

/** The rule files of a folder in alphabetical order. */
export async function readRuleFiles(folder: string): Promise<readonly RuleFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(suffix)).toSorted()
  return Promise.all(
    names.map(async (name) => {
      const { groups } = parse(await readFile(join(folder, name), 'utf8')) as Pick<RuleFile, 'groups'>
      return { concern: name.slice(0, -suffix.length), groups }
    }),
  )
}

export function alertsOf({ groups }: Pick<RuleFile, 'groups'>): readonly AlertRule[] {
  return groups.flatMap(({ rules }) => rules).filter(isAlert)
}
