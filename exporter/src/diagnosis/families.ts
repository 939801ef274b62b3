// Diagnoses as a metric: a series is there while its diagnosis holds.
import { family, gauge } from '../metrics/metric.ts'
import type { Family } from '../metrics/metric.ts'
import type { Finding } from './finding.ts'

const diagnosis = gauge(
  'watchpost_diagnosis',
  'Why the target is not well: 1 while the diagnosis holds, absent otherwise; causes are those of docs/diagnosis.md.',
  ['target', 'issue_type', 'cause'],
)

export const diagnosisMetrics = [diagnosis]

export function diagnosisFamilies(findings: readonly Finding[]): Family[] {
  return [
    family(
      diagnosis,
      findings.map(({ target, issueType, cause }) => [{ target, issue_type: issueType, cause }, 1]),
    ),
  ]
}
