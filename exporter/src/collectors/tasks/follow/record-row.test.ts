import { expect, test } from 'vitest'
import { toRecord } from './record-row.ts'
import type { RecordRow } from './record-row.ts'

const row: RecordRow = {
  wp_id: '1',
  wp_task: 'a',
  wp_type: null,
  wp_status: null,
  wp_started_at: null,
  wp_finished_at: null,
  wp_error: null,
  wp_is_retry: false,
  wp_retries: 0,
}

test('what becomes a label has no control characters and no backquotes', () => {
  expect(toRecord({ ...row, wp_task: 'fetch\u0000`ohlc`\n' }).task).toBe("fetch 'ohlc'")
  expect(toRecord({ ...row, wp_task: 'x'.repeat(300) }).task).toHaveLength(200)
  expect(toRecord({ ...row, wp_task: ' \t ' }).task).toBe('__unnamed__')
})
