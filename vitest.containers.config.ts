import { defineConfig } from 'vitest/config'
import { longestFirst } from './test/harness/longest-first.ts'

export default defineConfig({
  test: {
    name: 'containers',
    include: ['test/containers/**/*.test.ts'],
    // Each under names of its own. They mostly wait.
    maxWorkers: 2,
    sequence: { sequencer: longestFirst(/compose\.test|pair|victoria-metrics/) },
    testTimeout: 300_000,
    hookTimeout: 900_000,
    // Each test removes what it starts; the library's own reaper would be one more image to have.
    env: { TESTCONTAINERS_RYUK_DISABLED: 'true' },
  },
})
