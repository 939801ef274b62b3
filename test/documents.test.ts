// The documents say only what is so.
import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const sources = globSync(['exporter/src/**/*.test.ts', 'test/**/*.test.ts']).map((file) =>
  readFileSync(file, 'utf8'),
)

const rows = readFileSync('docs/probing.md', 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, number, , where = ''] = /^\| (\d+)\s+\| ([^|]+) \| (.+?)\s*\|$/.exec(line) ?? []
    return number === undefined ? [] : [{ number: Number(number), where }]
  })

test('docs/probing.md has an answer to each behaviour', () => {
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 46 }, (_, index) => index + 1))
})

test.each(rows.filter(({ where }) => !where.startsWith('Refused: ')))(
  'behaviour $number is shown by a test that exists',
  ({ where }) => {
    const name = /^`(.+)`$/.exec(where)?.[1] ?? 'no name of a test'
    expect(sources.some((source) => source.includes(name))).toBe(true)
  },
)
