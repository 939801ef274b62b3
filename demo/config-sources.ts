// The three data sources of a running fleet, each of another kind, in the words of watchpost.yml.
import { databaseName } from './catalogue.ts'
import type { Fleet } from './fleet.ts'

/** The doubles change their data once a minute, and their quotas can bear to be asked four times as often. */
const common = { min_interval: '15s', retry_interval: '5s', sync_every: '1m', stale_after: '3m' } as const

export function renderDataSources(fleet: Fleet): readonly { readonly name: string }[] {
  return [googleSheets(fleet), cmoneyApi(fleet), finlabApi(fleet)]
}

function googleSheets({ sources, credentialsFile, spreadsheetId }: Fleet) {
  const url = sources['google_sheets']
  return {
    name: 'google_sheets',
    kind: 'google_sheets',
    ...common,
    spreadsheet: spreadsheetId,
    credentials_file: credentialsFile,
    sheets_url: url,
    drive_url: url,
    quality: {
      range: 'Journal!A1:C',
      freshness: { column: 'time', warn: '2m', error: '10m' },
      completeness: ['serial', 'state'],
      uniqueness: ['time'],
      validity: [{ column: 'state', one_of: ['published', 'failed'] }],
      volume: { min: 100 },
      every: '30s',
    },
  }
}

function cmoneyApi({ sources, authorityFile }: Fleet) {
  return {
    name: 'cmoney_api',
    kind: 'cmoney',
    ...common,
    url: `${sources['cmoney_api'] ?? ''}/api/trending`,
    tls: { ca_file: authorityFile },
    assert: [{ name: 'has_topics', path: '$.topics', length: { above: 0 } }],
    values: {
      topics: { path: '$.topics', type: 'count' },
      updated: { path: '$.updated_at', type: 'timestamp' },
      market: { path: '$.market', states: ['open', 'closed'] },
    },
    last_sync: { path: '$.updated_at' },
  }
}

/** What came of it lies in the database: there its freshness shows, and what nulls and duplicates do to its quality. */
function finlabApi({ sources, speed }: Fleet) {
  const hourSeconds = 60 / speed
  return {
    name: 'finlab_api',
    kind: 'finlab',
    ...common,
    // What is asked costs nothing, and who depends on it need not wait long to know that it is well.
    min_interval: '5s',
    url: `${sources['finlab_api'] ?? ''}/api/usage`,
    values: { calls: { path: '$.calls', type: 'counter' } },
    sync_every: `${hourSeconds}s`,
    stale_after: `${Math.max(3 * hourSeconds, 30)}s`,
    last_sync: { database: databaseName, query: 'SELECT max(synced_at) FROM finlab_api_syncs' },
    quality: {
      database: databaseName,
      table: 'ohlc',
      window: '1d',
      freshness: { column: 'synced_at', warn: `${5 * hourSeconds}s`, error: `${30 * hourSeconds}s` },
      completeness: ['close', 'volume'],
      uniqueness: ['symbol', 'ts'],
      validity: [
        { column: 'close', min: 0.01, max: 100_000 },
        { column: 'volume', min: 0 },
      ],
      volume: { min: 100 },
      every: '15s',
    },
  }
}
