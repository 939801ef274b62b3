import { defineConfig } from 'vitest/config'
import { longestFirst } from './test/harness/longest-first.ts'

export default defineConfig({
  test: {
    sequence: {
      sequencer: longestFirst(
        /recovery\/demo|victoria-metrics|high-availability|sharding|alertmanager\/faults|demo\/(?:program|start|tour)/,
      ),
    },
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{exporter,demo,alertmanager,grafana,kubernetes,recovery,prometheus,loki,scripts}/**/*.test.ts',
          ],
          expect: { poll: { timeout: 4_000 } },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          exclude: ['test/containers/**', 'test/browser/**'],
          // These start real programs and mostly wait for them: two at once keep two cores busy, three are late.
          maxWorkers: 2,
          testTimeout: 60_000,
          // As patient as a busy machine needs; what is told at once is not waited for.
          expect: { poll: { timeout: 20_000 } },
          // A machine that is late for once is no fault of the change; what was tried twice is told in the report.
          retry: process.env['CI'] === 'true' ? 1 : 0,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
