import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { linkOf, paths } from './paths.ts'

test('the documentation tells of the same faults, with what the overview lists for each', async () => {
  const page = await readFile(join(import.meta.dirname, '../../docs/dashboards.md'), 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('| `break '))
  expect(rows.length).toBe(paths.length)
  for (const [index, { fault, row }] of paths.entries()) {
    expect(rows[index]).toContain(`\`break ${fault.join(' ')}\``)
    expect(rows[index]).toContain(Object.values(row).join(', '))
  }
})

test('a click sets the variable of the dashboard it leads to, whatever the name holds', () => {
  const odd = 'a&b=c#d %20 "e" 行情'
  const [first] = paths
  expect(first && linkOf({ ...first, row: { ...first.row, target: odd } })).toEqual({ target: odd })
})

test('every path has a link to follow', () => {
  for (const path of paths) expect(Object.values(linkOf(path))).toEqual([path.row[path.click]])
})
