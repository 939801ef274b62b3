import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'
import type { TestSpecification } from 'vitest/node'

const longest =
  /recovery\/demo|victoria-metrics|high-availability|sharding|alertmanager\/faults|demo\/(?:program|start|tour)/

/** Those that take longest begin first, so that none of them is left to run alone at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => longest.test(moduleId)
    return files.toSorted((one, other) => Number(isLong(other)) - Number(isLong(one)))
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
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
          // These start real programs and mostly wait for them: two at once keep two cores busy, three are late.
          maxWorkers: 2,
          testTimeout: 60_000,
          // A machine that is late for once is no fault of the change; what was tried twice is told in the report.
          retry: process.env['CI'] === 'true' ? 1 : 0,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
