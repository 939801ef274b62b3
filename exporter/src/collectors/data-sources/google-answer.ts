// What Google's APIs say, in the words of a verdict.
import type { HttpOutcome } from '../../probes/http/http.ts'
import { parseJson } from '../judgement/json.ts'
import { readMoment } from '../judgement/moment.ts'
import { failed, healthy } from './source.ts'
import type { Verdict } from './source.ts'

interface GoogleError {
  readonly error?: {
    readonly status?: string
    readonly message?: string
    readonly errors?: readonly { readonly reason?: string }[]
  }
}

export function judgeGoogle({ failure, detail, status = 0, bodyText }: HttpOutcome): Verdict {
  if (failure !== undefined) return failed(failure, detail)
  const json = parseJson(bodyText)
  if ('problem' in json) return failed('json', `expected JSON in the body, got ${json.problem}`)
  return status === 200 ? healthy : judgeRefusal(status, json.value ?? {})
}

function judgeRefusal(status: number, { error }: GoogleError): Verdict {
  const said = `Google answered ${status}${error?.message ? `: ${error.message.slice(0, 200)}` : ''}`
  // Drive says so with 403.
  const isOverQuota = error?.errors?.some(({ reason }) => /rateLimitExceeded/i.test(reason ?? '')) ?? false
  if (status === 429 || isOverQuota) return failed('quota', said)
  if (status !== 403) return failed(status === 401 ? 'auth' : 'status', said)
  return failed('auth', `${said}; expected the spreadsheet to be shared with the service account`)
}

export function readModified({ status, bodyText }: HttpOutcome): number | undefined {
  const json = parseJson(bodyText)
  if (status !== 200 || 'problem' in json) return undefined
  return readMoment((json.value as { readonly modifiedTime?: unknown } | null)?.modifiedTime)
}

export function readRows({ bodyText }: HttpOutcome): readonly (readonly unknown[])[] {
  const json = parseJson(bodyText)
  const { values } = ('value' in json && json.value !== null ? json.value : {}) as {
    readonly values?: unknown
  }
  return Array.isArray(values) ? values.filter((row) => Array.isArray(row)) : []
}
