// A finding in the words of one language: for the API, the terminal and the page.
import { catalogue } from './catalogue/catalogue.ts'
import { rungTexts } from './catalogue/rungs.ts'
import type { Evidence, Finding } from './finding.ts'
import { fillCommand, fillSentence, inLanguage, printable } from './text.ts'
import type { Language, Text } from './text.ts'

export interface WordedEvidence extends Evidence {
  readonly name: string
  readonly expected: string
}

export interface Action {
  readonly purpose: string
  readonly command: string
}

export interface Diagnosis extends Pick<
  Finding,
  'target' | 'subject' | 'issueType' | 'cause' | 'severity' | 'root' | 'since'
> {
  readonly summary: string
  readonly evidence: readonly WordedEvidence[]
  /** The likeliest first. */
  readonly possibleCauses: readonly string[]
  readonly suggestedActions: readonly Action[]
}

export function wordFinding(finding: Finding, language: Language): Diagnosis {
  const { target, subject, issueType, cause, severity, root, since, facts } = finding
  const entry = catalogue[cause]
  const say = (text: Text): string => fillSentence(inLanguage(text, language), facts)
  return {
    target,
    subject,
    issueType,
    cause,
    severity,
    root,
    since,
    summary: summarise(finding, language),
    evidence: finding.evidence.map((one) => wordEvidence(one, language)),
    possibleCauses: [...finding.behind.map((one) => summarise(one, language)), ...entry.causes.map(say)],
    suggestedActions: entry.actions.flatMap(([purpose, template]) => {
      const command = fillCommand(template, facts)
      return command === undefined ? [] : [{ purpose: say(purpose), command }]
    }),
  }
}

export function summarise({ cause, facts }: Finding, language: Language): string {
  return fillSentence(inLanguage(catalogue[cause].summary, language), facts)
}

function wordEvidence(evidence: Evidence, language: Language): WordedEvidence {
  return {
    ...evidence,
    measured: printable(evidence.measured),
    name: inLanguage(rungTexts[evidence.rung].name, language),
    expected: inLanguage(rungTexts[evidence.rung].expected, language),
  }
}
