import { expect, test } from 'vitest'
import { dataSources } from './data-sources.ts'

function messages(source: object): string[] {
  const parsed = dataSources.schema.safeParse([source])
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

const http = { name: 'a', kind: 'http', url: 'http://a.example/' }

test.each([
  [{ ...http, kind: 'ftp' }, '0.kind: expected a kind: http, google_sheets, finlab, cmoney or sql'],
  [{ ...http, last_sync: { databse: 'db' } }, '0.last_sync: expected database and query, or path, or header'],
  [
    { ...http, quality: { database: 'db', table: 't', window: '1d', volume: { min: 1 } } },
    '0.quality.window: expected freshness, whose column the window is of',
  ],
  [
    { name: 'a', kind: 'sql', last_sync: { database: 'db', query: 'SELECT 1' } },
    '0.sync_every: expected sync_every or stale_after, without which nothing can be said of a source of kind sql',
  ],
  [
    { name: 'a', kind: 'google_sheets', spreadsheet: 'https://docs', credentials_file: '/etc/hosts' },
    '0.spreadsheet: expected the id of a spreadsheet, the long part of its URL',
  ],
  [
    { name: 'a', kind: 'google_sheets', spreadsheet: 'x'.repeat(44), credentials_file: '/nowhere/key.json' },
    '0.credentials_file: expected the path of the JSON key of a service account, but there is no such file',
  ],
])('%j is refused', (source, message) => {
  expect(messages(source)).toEqual([message])
})

test('databases that are asked about a source are referred to where they stand', () => {
  const section = dataSources.schema.parse([
    {
      ...http,
      depends_on: ['b'],
      last_sync: { database: 'db', query: 'SELECT 1' },
      quality: { database: 'other', table: 't', volume: { min: 1 } },
    },
  ])
  expect(dataSources.references?.(section)).toEqual([
    { path: [0, 'depends_on', 0], name: 'b', to: 'target', edge: { from: 'a', strength: 'hard' } },
    { path: [0, 'last_sync', 'database'], name: 'db', to: 'database' },
    { path: [0, 'quality', 'database'], name: 'other', to: 'database' },
  ])
})
