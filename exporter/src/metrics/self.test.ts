import { expect, test } from 'vitest'
import { renderPage } from './exposition.ts'
import { createSelfMetrics } from './self.ts'

test('the process tells of its CPU, memory, files and event loop', async () => {
  const self = createSelfMetrics()
  await new Promise((resolve) => setTimeout(resolve, 100))
  const page = renderPage(self.families(), 'text').toString()
  const value = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(page)?.[1])
  expect(value('process_cpu_seconds_total')).toBeCloseTo(
    value('process_cpu_user_seconds_total') + value('process_cpu_system_seconds_total'),
  )
  expect(value('process_resident_memory_bytes')).toBeGreaterThan(value('nodejs_heap_size_used_bytes'))
  expect(value('process_open_fds')).toBeGreaterThan(2)
  expect(value('process_max_fds')).toBeGreaterThan(value('process_open_fds'))
  expect(value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0)
  expect(Math.abs(value('process_start_time_seconds') + process.uptime() - Date.now() / 1000)).toBeLessThan(5)
})
