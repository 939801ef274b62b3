// Diagnoses as text for a terminal.
import { noLogs } from './container-log.ts'
import type { LogExcerpt, LogExcerpts } from './container-log.ts'
import { formatTime } from './ladder.ts'
import { printable } from './text.ts'
import type { Language } from './text.ts'
import type { Action, Diagnosis, WordedEvidence } from './wording.ts'

interface Headings {
  readonly cause: string
  readonly root: string
  readonly since: string
  readonly evidence: string
  readonly expected: string
  readonly log: string
  readonly causes: string
  readonly actions: string
}

const headings: Readonly<Record<Language, Headings>> = {
  en: {
    cause: 'cause',
    root: 'repair first',
    since: 'since',
    evidence: 'evidence',
    expected: 'expected',
    log: 'last lines of the log of',
    causes: 'possible causes, the likeliest first',
    actions: 'what to do',
  },
  'zh-TW': {
    cause: '原因',
    root: '優先修復',
    since: '開始於',
    evidence: '證據',
    expected: '預期',
    log: '日誌最後幾行，容器',
    causes: '可能原因（依可能性排序）',
    actions: '建議操作',
  },
}

export function reportDiagnosis(
  diagnosis: Diagnosis,
  language: Language,
  logs: LogExcerpts = noLogs,
): string {
  const say = headings[language]
  const { target, severity, cause, issueType, root, since } = diagnosis
  return [
    `${severity.toUpperCase()}  ${printable(target)}`,
    diagnosis.summary,
    `  ${say.cause}: ${cause} (${issueType})`,
    ...(root === undefined ? [] : [`  ${say.root}: ${printable(root)}`]),
    ...(since === undefined ? [] : [`  ${say.since}: ${formatTime(since)}`]),
    '',
    `  ${say.evidence}`,
    ...diagnosis.evidence.flatMap((one) => reportEvidence(one, say)),
    ...reportLog(logs.get(target), say),
    '',
    `  ${say.causes}`,
    ...diagnosis.possibleCauses.map((one, index) => `    ${index + 1}. ${one}`),
    ...(diagnosis.suggestedActions.length === 0 ? [] : ['', `  ${say.actions}`]),
    ...diagnosis.suggestedActions.flatMap(reportAction),
    '',
  ].join('\n')
}

/** What holds needs one line; what is broken also says what was expected. */
function reportEvidence({ ok, name, measured, expected }: WordedEvidence, say: Headings): string[] {
  if (ok) return [`    ok      ${name}: ${measured}`]
  return [`    BROKEN  ${name}: ${measured}`, `            ${say.expected}: ${expected}`]
}

function reportLog(log: LogExcerpt | undefined, say: Headings): string[] {
  if (!log) return []
  const lines = log.problem === undefined ? log.lines : [`(${log.problem})`]
  return ['', `  ${say.log} ${log.container}`, ...lines.map((line) => `    | ${line}`)]
}

function reportAction({ purpose, command }: Action): string[] {
  return [`    ${purpose}`, `      $ ${command}`]
}
