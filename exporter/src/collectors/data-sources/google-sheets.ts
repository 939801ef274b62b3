// A spreadsheet of Google: the Sheets API for the data, the Drive API for when they last changed.
import { createServiceAccountTokens } from '../../probes/google.ts'
import { probeHttp } from '../../probes/http/http.ts'
import type { HttpRequest } from '../../probes/http/http.ts'
import type { Round } from '../collector.ts'
import { judgeGoogle, readModified, readRows } from './google-answer.ts'
import type { SheetQuality } from './quality/section.ts'
import { countSheet } from './quality/sheet.ts'
import type { Counts } from './quality/quality.ts'
import { readRetryAfter, serverTime } from './quota/server-time.ts'
import type { SheetsSource } from './section.ts'
import type { Answer, CountedRows, Source } from './source.ts'

const scopes = [
  'https://www.googleapis.com/auth/spreadsheets.readonly',
  'https://www.googleapis.com/auth/drive.metadata.readonly',
]

export function openGoogleSheets(source: SheetsSource, timeoutSeconds: number): Source {
  const { spreadsheet, sheets_url, drive_url, quality } = source
  const tokens = createServiceAccountTokens({
    credentialsFile: source.credentials_file,
    tokenUrl: source.token_url,
    scopes,
    timeoutSeconds,
  })
  const request = (url: string): HttpRequest => {
    return { url, auth: { token: tokens }, timeoutSeconds, maxBodyBytes: maxRangeBytes }
  }
  const url = `${withoutSlash(sheets_url)}/v4/spreadsheets/${spreadsheet}`
  const metadata = request(`${url}?fields=spreadsheetId`)
  const file = request(`${withoutSlash(drive_url)}/drive/v3/files/${spreadsheet}?fields=modifiedTime`)
  let modifiedAt: number | undefined

  async function ask({ signal, now, trace }: Round): Promise<Answer> {
    const outcome = await probeHttp(metadata, signal)
    trace?.(outcome)
    if (outcome.status === 401) tokens.drop()
    const verdict = judgeGoogle(outcome)
    const isUsable = verdict.status === 'healthy'
    if (isUsable && !source.last_sync) modifiedAt = readModified(await probeHttp(file, signal))
    const server = serverTime(outcome.headers.get('date')?.[0], now)
    const { durationSeconds, phases, certificate } = outcome
    return {
      ...verdict,
      durationSeconds,
      phases,
      certificate,
      assertions: [],
      values: [],
      isRateLimited: verdict.reason === 'quota',
      waitUntil: readRetryAfter(outcome.headers.get('retry-after')?.[0], now, server),
      // Google tells nothing of what is left: our own count is all there is.
      quota: undefined,
      lastSyncAt: isUsable ? modifiedAt : undefined,
      // A request that never left for want of a token has cost nothing. Drive has a quota of its own.
      requests: outcome.status === undefined ? 0 : 1,
    }
  }
  if (!quality) return { url, ask }
  const range = request(`${url}/values/${encodeURIComponent(quality.range)}?majorDimension=ROWS`)
  return { url, ask, countRows: createRowCounter(quality, range, () => modifiedAt) }
}

/** A spreadsheet that has not changed is not read again. */
function createRowCounter(
  quality: SheetQuality,
  range: HttpRequest,
  modifiedAt: () => number | undefined,
): (signal: AbortSignal) => Promise<CountedRows> {
  let counted: { readonly at: number | undefined; readonly counts: Counts } | undefined
  return async (signal) => {
    const at = modifiedAt()
    if (counted && at !== undefined && counted.at === at) return { counts: counted.counts, requests: 0 }
    const outcome = await probeHttp(range, signal)
    const { status, detail } = judgeGoogle(outcome)
    if (status === 'error') throw new Error(detail)
    counted = { at, counts: countSheet(quality, readRows(outcome)) }
    return { counts: counted.counts, requests: 1 }
  }
}

function withoutSlash(url: string): string {
  return url.replace(/\/$/, '')
}

/** Google advises to stay below 2 MB. */
const maxRangeBytes = 4 * 1024 * 1024
