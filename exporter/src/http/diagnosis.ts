// GET /api/diagnosis: why what is not well is not well, with evidence and commands to paste.
import type { RequestHandler } from 'express'
import { diagnose } from '../diagnosis/diagnose.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { languages } from '../diagnosis/text.ts'
import type { Language } from '../diagnosis/text.ts'
import { wordFinding } from '../diagnosis/wording.ts'
import type { Diagnosis } from '../diagnosis/wording.ts'
import type { History } from '../history.ts'
import { explain } from '../log.ts'
import type { Log } from '../log.ts'
import type { Snapshot } from '../scrape.ts'
import { freshSnapshot, sendProblem } from './api/routes.ts'
import type { Served } from './app.ts'

const known = new WeakMap<Snapshot, readonly Finding[]>()

/** Made once for each snapshot, so that the page, the metrics and the API cannot disagree. */
export function findingsOf(
  snapshot: Snapshot,
  { history, log }: { readonly history: History; readonly log: Log },
): readonly Finding[] {
  const onFailure = (rule: string, error: unknown): void =>
    log.error('diagnosis rule failed', { rule, reason: explain(error) })
  const findings = known.get(snapshot) ?? diagnose(snapshot, history, onFailure)
  known.set(snapshot, findings)
  return findings
}

export function serveDiagnosis(served: Served): RequestHandler {
  return async (request, response) => {
    const { target, lang = 'en' } = request.query
    const language = languages.find((one) => one === lang)
    if (!language) {
      sendProblem(response, 400, `lang: expected one of ${languages.join(', ')}`)
      return
    }
    const snapshot = await freshSnapshot(served)
    const findings = findingsOf(snapshot, served)
    const asked = typeof target === 'string' ? findings.filter((one) => one.target === target) : findings
    response.set('cache-control', 'no-store').json({
      diagnosed_at: new Date(snapshot.startedAt * 1000).toISOString(),
      diagnoses: diagnosisJson(asked, language),
    })
  }
}

export function diagnosisJson(findings: readonly Finding[], language: Language): object[] {
  return findings.map((finding) => toJson(wordFinding(finding, language)))
}

function toJson(diagnosis: Diagnosis): object {
  const { issueType, root, since, evidence, possibleCauses, suggestedActions, ...rest } = diagnosis
  return {
    ...rest,
    issue_type: issueType,
    root_cause: root ?? null,
    since: since === undefined ? null : new Date(since * 1000).toISOString(),
    evidence: evidence.map(({ rung, name, measured, expected, ok }) => ({
      rung,
      name,
      measured,
      expected,
      ok,
    })),
    possible_causes: possibleCauses,
    suggested_actions: suggestedActions,
  }
}
