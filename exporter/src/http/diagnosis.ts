// Why what is not well is not well, found once for each snapshot and put into words.
import type { z } from 'zod'
import { noLogs, readLogs } from '../diagnosis/container-log.ts'
import type { LogExcerpt, LogExcerpts } from '../diagnosis/container-log.ts'
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

export async function describeDiagnoses(
  snapshot: Snapshot,
  { target, lang }: { readonly target?: string | undefined; readonly lang: Language },
  means: Means & { readonly isIdentified: boolean },
): Promise<z.input<typeof diagnoses>> {
  const findings = findingsOf(snapshot, means)
  const asked = target === undefined ? findings : findings.filter((one) => one.target === target)
  // Of those who may open the pages not all may read logs: without a name, nobody may.
  const logs = means.isIdentified ? await readLogs(asked, snapshot) : noLogs
  return {
    diagnosed_at: new Date(snapshot.startedAt * 1000).toISOString(),
    diagnoses: diagnosisJson(asked, lang, logs),
  }
}

export function diagnosisJson(
  findings: readonly Finding[],
  language: Language,
  logs: LogExcerpts,
): z.input<typeof diagnosis>[] {
  return findings.map((finding) => toJson(finding, language, logs.get(finding.target)))
}

function toJson(
  finding: Finding,
  language: Language,
  log: LogExcerpt | undefined,
): z.input<typeof diagnosis> {
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
    log: log ? { container: log.container, lines: [...log.lines], problem: log.problem ?? null } : null,
    possible_causes: [...worded.possibleCauses],
    suggested_actions: suggestedActions.map(({ purpose, command }) => ({ purpose, command })),
  }
}
