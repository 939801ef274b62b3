// Why what is not well is not well, found once for each snapshot and put into words.
import type { z } from 'zod'
import { diagnose } from '../diagnosis/diagnose.ts'
import type { Finding } from '../diagnosis/finding.ts'
import type { Language } from '../diagnosis/text.ts'
import { wordFinding } from '../diagnosis/wording.ts'
import type { History } from '../history.ts'
import { explain } from '../log.ts'
import type { Log } from '../log.ts'
import type { Snapshot } from '../scrape.ts'
import type { diagnoses, diagnosis } from './api/diagnosis-model.ts'

const known = new WeakMap<Snapshot, readonly Finding[]>()

interface Means {
  readonly history: History
  readonly log: Log
}

/** Made once for each snapshot, so that the page, the metrics and the API cannot disagree. */
export function findingsOf(snapshot: Snapshot, { history, log }: Means): readonly Finding[] {
  const onFailure = (rule: string, error: unknown): void =>
    log.error('diagnosis rule failed', { rule, reason: explain(error) })
  const findings = known.get(snapshot) ?? diagnose(snapshot, history, onFailure)
  known.set(snapshot, findings)
  return findings
}

export function describeDiagnoses(
  snapshot: Snapshot,
  { target, lang }: { readonly target?: string | undefined; readonly lang: Language },
  means: Means,
): z.input<typeof diagnoses> {
  const findings = findingsOf(snapshot, means)
  const asked = target === undefined ? findings : findings.filter((one) => one.target === target)
  return {
    diagnosed_at: new Date(snapshot.startedAt * 1000).toISOString(),
    diagnoses: diagnosisJson(asked, lang),
  }
}

export function diagnosisJson(findings: readonly Finding[], language: Language): z.input<typeof diagnosis>[] {
  return findings.map((finding) => toJson(finding, language))
}

function toJson(finding: Finding, language: Language): z.input<typeof diagnosis> {
  const { root, since, evidence, suggestedActions, ...worded } = wordFinding(finding, language)
  return {
    target: worded.target,
    subject: worded.subject,
    cause: worded.cause,
    severity: worded.severity,
    summary: worded.summary,
    issue_type: worded.issueType,
    root_cause: root ?? null,
    since: since === undefined ? null : new Date(since * 1000).toISOString(),
    evidence: evidence.map(({ rung, name, measured, expected, ok }) => ({
      rung,
      name,
      measured,
      expected,
      ok,
    })),
    possible_causes: [...worded.possibleCauses],
    suggested_actions: suggestedActions.map(({ purpose, command }) => ({ purpose, command })),
  }
}
