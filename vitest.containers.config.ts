import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'containers',
    include: ['test/containers/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 900_000,
    // Each test removes what it starts; the library's own reaper would be one more image to have.
    env: { TESTCONTAINERS_RYUK_DISABLED: 'true' },
  },
})
