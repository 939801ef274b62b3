import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{exporter,demo,alertmanager,grafana,kubernetes,recovery,prometheus,loki,scripts}/**/*.test.ts',
          ],
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          exclude: ['test/containers/**', 'test/browser/**'],
          // These start real programs and mostly wait for them: two at once keep two cores busy, more would be late.
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
