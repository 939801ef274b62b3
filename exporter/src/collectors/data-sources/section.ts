// The `data_sources` section of watchpost.yml.
import { z } from 'zod'
import { duration, timeLimit } from '../../schema/duration.ts'
import { httpUrl } from '../../schema/http-url.ts'
import { name } from '../../schema/name.ts'
import { readableFile } from '../../schema/secret.ts'
import type { Reference } from '../collector.ts'
import { dependency, dependencyReferences } from '../dependency.ts'
import { checkRequest, httpRequestFields } from '../http-request.ts'
import { assertions } from '../judgement/assertions.ts'
import { jsonPath } from '../judgement/json-path.ts'
import { expectedStatus } from '../judgement/status-range.ts'
import { values } from '../judgement/values.ts'
import { sheetQuality, tableQuality } from './quality/section.ts'
import { quota } from './quota/section.ts'

const lastSyncQuery = z.strictObject({
  database: name.describe('The database that knows.'),
  query: z
    .string()
    .min(1)
    .describe('One SELECT whose first column of the first row is the time of the last sync.'),
})

const lastSync = z.union(
  [
    lastSyncQuery,
    z.strictObject({ path: jsonPath.describe('Where the body says it.') }),
    z.strictObject({ header: z.string().min(1).toLowerCase().describe('The response header that says it.') }),
  ],
  { error: 'expected database and query, or path, or header' },
)

const common = {
  name: name.describe('What the source is called in metrics, alerts and dashboards.'),
  timeout: timeLimit.optional().describe('How long a probe may take; global.timeout where it is left out.'),
  depends_on: z.array(dependency).default([]).describe('Targets that the source cannot do without.'),
  min_interval: duration
    .optional()
    .describe('The source is not asked more often than this; in between the last reading is served.'),
  retry_interval: duration
    .optional()
    .describe('The same after a failure; the shorter of a minute and min_interval where it is left out.'),
  sync_every: duration.optional().describe('How often the data are said to be renewed.'),
  stale_after: duration
    .optional()
    .describe(
      'The age of the last sync from which the data are stale; twice sync_every where it is left out.',
    ),
}

const httpSource = z
  .strictObject({
    kind: z
      .enum(['http', 'finlab', 'cmoney'])
      .describe('A JSON API; finlab and cmoney are http with what is known of these two filled in.'),
    ...common,
    ...httpRequestFields,
    expected_status: expectedStatus
      .optional()
      .describe('HTTP statuses that are well; 2xx where it is left out.'),
    assert: assertions.default([]).describe('What must hold of the answer.'),
    values: values.default({}).describe('Numbers to take from the body.'),
    last_sync: lastSync.optional().describe('Who knows when the data were last renewed.'),
    quota: quota.optional(),
    quality: tableQuality.optional().describe('How good the rows are that came from the source.'),
  })
  .superRefine(checkRequest)

const sheets = z.strictObject({
  kind: z.literal('google_sheets').describe('A spreadsheet of Google, read by a service account.'),
  ...common,
  spreadsheet: z
    .string()
    .regex(/^[\w-]{10,100}$/, 'expected the id of a spreadsheet, the long part of its URL')
    .describe('The id of the spreadsheet, the long part of its URL.'),
  credentials_file: readableFile('the JSON key of a service account').describe(
    'The JSON key of the service account.',
  ),
  last_sync: lastSyncQuery
    .optional()
    .describe('Who knows when it was last renewed; Google Drive where it is left out.'),
  quality: sheetQuality.optional().describe('How good the rows of a range are.'),
  reads_per_minute: z
    .int()
    .min(1)
    .default(60)
    .describe('The quota of reads a minute of the service account, shared by all that use it here.'),
  project_reads_per_minute: z
    .int()
    .min(1)
    .default(300)
    .describe('The quota of reads a minute of the project that the service account belongs to.'),
  sheets_url: httpUrl.default('https://sheets.googleapis.com').describe('The base URL of the Sheets API.'),
  drive_url: httpUrl.default('https://www.googleapis.com').describe('The base URL of the Drive API.'),
  token_url: httpUrl.optional().describe('The token endpoint; the one in the key where it is left out.'),
})

const sql = z.strictObject({
  kind: z.literal('sql').describe('A source that is seen only by what it left in a database.'),
  ...common,
  last_sync: lastSyncQuery.describe('Who knows when the data were last renewed.'),
  quality: tableQuality.optional().describe('How good the rows are that came from the source.'),
})

const source = z
  .discriminatedUnion('kind', [httpSource, sheets, sql], {
    error: 'expected a kind: http, google_sheets, finlab, cmoney or sql',
  })
  .refine((given) => given.kind !== 'sql' || (given.stale_after ?? given.sync_every) !== undefined, {
    error: 'expected sync_every or stale_after, without which nothing can be said of a source of kind sql',
    path: ['sync_every'],
  })

export const section = z
  .array(source)
  .min(1)
  .describe('Where data come from: APIs, spreadsheets, sync tables.')

export type DataSource = z.output<typeof source>
export type HttpSource = z.output<typeof httpSource>
export type SheetsSource = z.output<typeof sheets>
export type SqlSource = z.output<typeof sql>

export function references(sources: readonly DataSource[]): Reference[] {
  const asked = sources.flatMap((item, index) => [
    ...(item.last_sync && 'database' in item.last_sync
      ? [{ path: [index, 'last_sync', 'database'], name: item.last_sync.database, to: 'database' as const }]
      : []),
    ...(item.quality && 'database' in item.quality
      ? [{ path: [index, 'quality', 'database'], name: item.quality.database, to: 'database' as const }]
      : []),
  ])
  return [...dependencyReferences(sources), ...asked]
}
