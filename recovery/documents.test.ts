// What docs/recovery.md promises of tests is there.
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

const repository = new URL('..', import.meta.url)
const text = await readFile(new URL('docs/recovery.md', repository), 'utf8')
const promised = [...text.matchAll(/^\|[^|]+\| `([^`]+\.ts)` *\| "([^"]+)" *\|$/gm)].map(
  ([, file = '', name = '']) => [file, name] as const,
)

test('the document names tests', () => expect(promised.length).toBeGreaterThan(20))

test.each(promised)('%s has: %s', async (file, name) => {
  expect(await readFile(new URL(file, repository), 'utf8')).toContain(name)
})
