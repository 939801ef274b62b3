// A double of Google: Sheets v4 and Drive v3 as far as a reader needs them, with the quota per minute and user.
import type { Answer } from '../endpoint.ts'
import { applyFieldMask, parseFieldMask } from './field-mask.ts'
import { createQuota, retryAfter } from './quota.ts'
import type { QuotaState } from './quota.ts'
import type { ServiceAccount } from './service-account.ts'
import type { SourceApi, SourceContext } from './source.ts'
import { readSpreadsheet, spreadsheetId, unsharedSpreadsheetId } from './spreadsheet.ts'

const readsPerMinute = 60
const sheetPath = /^\/v4\/spreadsheets\/([^/:]+)(?:\/values(?:\/([^/]+)|:batchGet))?$/
const filePath = /^\/drive\/v3\/files\/([^/]+)$/

export function googleSheets(account: ServiceAccount, speed = 1): SourceApi {
  const quota = createQuota({ limit: readsPerMinute, windowSeconds: 60 / speed, backgroundPerSecond: 0 })
  return {
    quota,
    errorBody: failure(500, 'INTERNAL', 'Internal error encountered.').body,
    async answer(request, url, context) {
      if (request.method === 'POST' && url.pathname === '/token')
        return account.exchange(request, context.now)
      const isDiscovery = url.pathname === '/$discovery/rest'
      const scopes = isDiscovery ? [] : account.scopesOf(request, context.now)
      if (!scopes) return failure(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.')
      const state = quota.spend(isDiscovery ? 0 : 1, context.now)
      if (state.isExhausted) return overQuota(state, context.now)
      if (isDiscovery)
        return { status: 200, body: { kind: 'discovery#restDescription', name: 'sheets', version: 'v4' } }
      return masked(url, route(url, scopes, context))
    },
  }
}

function route(url: URL, scopes: readonly string[], context: SourceContext): Answer {
  const file = filePath.exec(url.pathname)?.[1]
  const [, id, range] = sheetPath.exec(url.pathname) ?? []
  if (file === undefined && id === undefined) return notFound
  const needed = file === undefined ? '/auth/spreadsheets' : '/auth/drive'
  if (!scopes.some((scope) => scope.includes(needed))) {
    return failure(403, 'PERMISSION_DENIED', 'Request had insufficient authentication scopes.')
  }
  if (file !== undefined) return describeFile(file, context)
  if (id === unsharedSpreadsheetId) {
    return failure(403, 'PERMISSION_DENIED', 'The caller does not have permission')
  }
  return id === spreadsheetId ? describeSpreadsheet(url, range, context) : notFound
}

function describeSpreadsheet(url: URL, range: string | undefined, context: SourceContext): Answer {
  const spreadsheet = readSpreadsheet(context.changedAt)
  const isBatch = url.pathname.endsWith('/values:batchGet')
  if (range === undefined && !isBatch) return { status: 200, body: spreadsheet.metadata }
  const ranges = isBatch ? url.searchParams.getAll('ranges') : [decodeURIComponent(range ?? '')]
  const found = ranges.map((text) => spreadsheet.values(text))
  const unread = ranges.find((_, index) => found[index] === undefined)
  if (unread !== undefined) return failure(400, 'INVALID_ARGUMENT', `Unable to parse range: ${unread}`)
  return { status: 200, body: isBatch ? { spreadsheetId, valueRanges: found } : found[0] }
}

/** Drive does not admit that a file exists which the caller may not see. */
function describeFile(id: string, context: SourceContext): Answer {
  if (id !== spreadsheetId) {
    const message = `File not found: ${id}.`
    const errors = [
      { domain: 'global', reason: 'notFound', message, locationType: 'parameter', location: 'fileId' },
    ]
    return { status: 404, body: { error: { code: 404, message, errors } } }
  }
  const modifiedTime = new Date(context.changedAt * 1000).toISOString()
  const mimeType = 'application/vnd.google-apps.spreadsheet'
  const version = String(Math.floor(context.changedAt / 60))
  return {
    status: 200,
    body: { kind: 'drive#file', id, name: 'KOL roster', mimeType, modifiedTime, version },
  }
}

function masked(url: URL, answer: Answer): Answer {
  const fields = url.searchParams.get('fields')
  if (fields === null || answer.status !== 200) return answer
  const mask = parseFieldMask(fields)
  if (!mask) return failure(400, 'INVALID_ARGUMENT', `Request contains an invalid field mask: ${fields}`)
  return { ...answer, body: applyFieldMask(answer.body, mask) }
}

function overQuota(state: QuotaState, now: number): Answer {
  const message =
    "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user' of service 'sheets.googleapis.com' for consumer 'project_number:1'."
  const answer = failure(429, 'RESOURCE_EXHAUSTED', message)
  return { ...answer, headers: { 'retry-after': retryAfter(state, now) } }
}

function failure(code: number, status: string, message: string): Answer {
  return { status: code, body: { error: { code, message, status } } }
}

const notFound = failure(404, 'NOT_FOUND', 'Requested entity was not found.')
