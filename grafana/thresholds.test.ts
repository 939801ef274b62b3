import { expect, test } from 'vitest'
import { createSchema } from '../exporter/src/config/schema.ts'
import { limits } from './thresholds.ts'

test('colours change where alerts fire unless the configuration says otherwise', () => {
  expect(createSchema([]).parse({}).thresholds).toEqual(limits)
})
