import { expect, test } from 'vitest'
import { task } from '../../diagnosis/testing.ts'
import type { Snapshot } from '../../scrape.ts'
import { toExecutionStats } from './task-stats.ts'

test('what a task wrote about its failure is shown without the password in it', () => {
  const message = 'login failed\nDSN postgres://etl:hunter2@db/posts password=hunter2'
  const notes = [{ at: 0, class: 'other', message }]
  const readings = { tasks: { targets: [], sources: [], tasks: [task('sync', { type: 'daily', notes })] } }
  expect(toExecutionStats({ readings } as unknown as Snapshot)['daily']?.error_details).toEqual([
    '1970-01-01T00:00:00.000Z sync: login failed\nDSN postgres://<secret>@db/posts password=<secret>',
  ])
})
