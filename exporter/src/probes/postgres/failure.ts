// Why Postgres could not be asked, in a closed list of words.
import { explain } from '../../log.ts'
import { explainTls } from '../outcome.ts'
import type { Failure } from '../outcome.ts'

type PostgresFailure = Extract<Failure, 'dns' | 'connect' | 'tls' | 'timeout' | 'auth' | 'quota' | 'error'>

interface ExplainedFailure {
  readonly failure: PostgresFailure
  /** For people; holds no password, since neither the server nor the driver repeats it. */
  readonly detail: string
}

const ofSqlState: Readonly<Record<string, PostgresFailure>> = {
  '28000': 'auth',
  '28P01': 'auth',
  '42501': 'auth',
  '53300': 'quota',
  '55P03': 'timeout',
  '57014': 'timeout',
}

const ofSystem: Readonly<Record<string, PostgresFailure>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  ECONNREFUSED: 'connect',
  ECONNRESET: 'connect',
  EHOSTUNREACH: 'connect',
  ENETUNREACH: 'connect',
  ENOENT: 'connect',
  EACCES: 'connect',
  EPIPE: 'connect',
  ETIMEDOUT: 'timeout',
}

export function explainPostgres(error: unknown, signal: AbortSignal): ExplainedFailure {
  const detail = explain(error)
  const code = codeOf(error)
  if (isUnreadableFile(error)) return { failure: 'tls', detail }
  if (code !== undefined) {
    const known = ofSqlState[code] ?? ofSystem[code]
    if (known) return { failure: known, detail: withCode(detail, code) }
    if (/^(?:ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code))
      return { failure: 'tls', detail: explainTls(code, error, detail) }
  }
  if (signal.aborted || /timeout|deadline/.test(detail)) return { failure: 'timeout', detail }
  if (/SSL/.test(detail)) return { failure: 'tls', detail }
  if (/Connection terminated/.test(detail)) return { failure: 'connect', detail }
  return { failure: 'error', detail: withCode(detail, code) }
}

/** What the system says has its code already. */
function withCode(detail: string, code: string | undefined): string {
  return code === undefined || detail.includes(code) ? detail : `${detail} (${code})`
}

/** Files are read for certificates only. */
function isUnreadableFile(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && /^(?:open|stat)$/.test(String(error.syscall))
}

/** Whether the server itself refused a statement, and not the way to it. */
export function isRefusedStatement(error: unknown): boolean {
  // Classes 22 (data), 42 (syntax, names, rights) and 0A (not supported) are about the text of the statement.
  return /^(?:0A|22|42)[0-9A-Z]{3}$/.test(codeOf(error) ?? '')
}

/** The first code on the way down; a failed connection to several addresses has its codes inside. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  if (error instanceof AggregateError) return error.errors.map(codeOf).find((code) => code !== undefined)
  return codeOf(error.cause)
}
