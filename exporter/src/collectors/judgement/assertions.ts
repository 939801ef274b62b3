// Named demands on an answer. Each is a series of its own, so that an alert can say which one broke.
import { z } from 'zod'
import { name } from '../../schema/name.ts'
import type { Assertion } from '../target.ts'
import { compare, demandNames, demands, short } from './comparison.ts'
import type { Severity, Shortfall } from './comparison.ts'
import type { Json } from './json.ts'
import { jsonPath } from './json-path.ts'

const subjects = ['path', 'header', 'of'] as const

export const assertion = z
  .strictObject({
    name: name.describe('What the assertion is called in metrics and alerts.'),
    path: jsonPath.optional().describe('Judge what this JSON path (RFC 9535) finds in the body.'),
    header: z
      .string()
      .min(1)
      .transform((header) => header.toLowerCase())
      .optional()
      .describe('Judge the values of this response header.'),
    of: z.enum(['body', 'status']).optional().describe('Judge the text of the body, or the HTTP status.'),
    severity: z
      .enum(['warning', 'error'])
      .default('error')
      .describe('What the target is while the assertion does not hold.'),
    ...demands,
  })
  .superRefine((rule, context) => {
    const named = subjects.filter((key) => rule[key] !== undefined)
    if (named.length !== 1) {
      context.addIssue({ code: 'custom', message: 'expected exactly one of path, header and of' })
    }
    if (demandNames.every((key) => rule[key] === undefined)) {
      context.addIssue({ code: 'custom', message: `expected at least one of ${demandNames.join(', ')}` })
    }
  })

export const assertions = z
  .array(assertion)
  .refine((all) => new Set(all.map((each) => each.name)).size === all.length, 'expected each name only once')

export type AssertionRule = z.output<typeof assertion>

export interface Answer {
  readonly status: number | undefined
  readonly headers: ReadonlyMap<string, readonly string[]>
  readonly bodyText: string | undefined
  readonly json: Json
}

export interface Judged extends Assertion {
  readonly severity: Severity
  /** Why it does not hold, for people. */
  readonly detail: string | undefined
}

/** `answer` is undefined when there was none: then nothing passes and nothing fails. */
export function judgeAssertions(
  rules: readonly AssertionRule[],
  answer: Answer | undefined,
  now: number,
): readonly Judged[] {
  return rules.map((rule) => {
    const base = { name: rule.name, severity: rule.severity }
    if (!answer) return { ...base, passed: undefined, detail: undefined }
    const found = judge(rule, answer, now)
    if (!found) return { ...base, passed: true, detail: undefined }
    return { ...base, passed: false, severity: found.severity ?? rule.severity, detail: found.detail }
  })
}

/** The assertion that decides: the first that makes an error of it, or else the first that degrades it. */
export function worst(judged: readonly Judged[]): Judged | undefined {
  const failed = judged.filter(({ passed }) => passed === false)
  return failed.find(({ severity }) => severity === 'error') ?? failed[0]
}

type Broken = Pick<Judged, 'detail'> & { readonly severity: Severity | undefined }

function judge(rule: AssertionRule, answer: Answer, now: number): Broken | undefined {
  const selected = select(rule, answer)
  if ('problem' in selected) return broken(rule, short('JSON'), selected.problem)
  const { values } = selected
  if (rule.exists === false) return values.length > 0 ? broken(rule, short('nothing'), values[0]) : undefined
  const isMany = rule.path?.isSingular === false && rule.length !== undefined
  if (isMany) {
    const shortfall = compare(values, { length: rule.length }, now)
    if (shortfall) return broken(rule, shortfall, `${values.length} values`)
  } else if (values.length === 0) {
    return broken(rule, short('a value'), undefined)
  }
  const each = isMany ? { ...rule, length: undefined } : rule
  for (const value of values) {
    const shortfall = compare(value, each, now)
    if (shortfall) return broken(rule, shortfall, value)
  }
  return undefined
}

type Selected = { readonly values: readonly unknown[] } | { readonly problem: string }

function select(rule: AssertionRule, { json, headers, status, bodyText }: Answer): Selected {
  if (rule.path) return 'problem' in json ? json : { values: rule.path.select(json.value) }
  if (rule.header !== undefined) return { values: headers.get(rule.header) ?? [] }
  const value = rule.of === 'status' ? status : bodyText
  return { values: value === undefined ? [] : [value] }
}

const maxShown = 80

function broken(rule: AssertionRule, { severity, expected }: Shortfall, got: unknown): Broken {
  const where = rule.path?.source ?? (rule.header === undefined ? `the ${rule.of}` : `header ${rule.header}`)
  const shown = got === undefined ? 'nothing' : (JSON.stringify(got) ?? typeof got).slice(0, maxShown)
  return { severity, detail: `${rule.name}: expected ${expected} at ${where}, got ${shown}` }
}
