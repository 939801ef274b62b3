import { expect, test } from 'vitest'
import { renderTable } from './table.ts'

test('what others have written neither steers the terminal nor breaks the table', () => {
  const rows = [
    ['fetch', '\u001B[2Jgone\r\nTASK'],
    ['sync', 'well'],
  ]
  expect(renderTable(['TASK', 'LAST ERROR'], rows)).toBe(
    'TASK   LAST ERROR\nfetch   [2Jgone  TASK\nsync   well\n',
  )
})
