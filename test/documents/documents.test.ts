// The documents say only what is so.
import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { kinds, kindsOf, lines as shellLines, linesOf } from '../harness/documents.ts'
import type { KindName } from '../harness/documents.ts'

const sourceOf = (file: string): string => readFileSync(file, 'utf8')
const sources = globSync(['exporter/src/**/*.test.ts', 'test/**/*.test.ts']).map((file) => sourceOf(file))

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
  'behaviour $number is shown by tests that exist',
  ({ where }) => {
    const names = [...where.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
    expect(names.length).toBeGreaterThan(0)
    const missing = names.filter((name) => !sources.some((source) => source.includes(`'${name}'`)))
    expect(missing).toEqual([])
  },
)

test('docs/probing.md lists the names of blackbox_exporter that /probe has, and has not', () => {
  const source = globSync('exporter/src/http/probe-*.ts', { exclude: ['**/*.test.ts'] })
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
  const served = [...source.matchAll(/'(probe_\w+)'/g)].map(([, name = '']) => name)
  const lines = readFileSync('docs/probing.md', 'utf8').split('## Names on')[1]?.split('\n') ?? []
  const namesIn = (told: readonly string[]): string[] =>
    told.flatMap((line) => [...line.matchAll(/`(probe_\w+)`/g)].map(([, name = '']) => name))
  const isRefusal = (line: string): boolean => line.startsWith('| Refused ')
  const listed = new Set(namesIn(lines.filter((line) => !isRefusal(line))))
  expect([...listed].toSorted()).toEqual(served.toSorted())
  expect(namesIn(lines.filter(isRefusal)).filter((name) => !listed.has(name))).toHaveLength(6)
})

test('docs/security.md names every port that Compose publishes, and each is of this machine only', () => {
  interface Compose {
    readonly services: Readonly<Record<string, { readonly ports?: readonly string[] }>>
  }
  const published = [
    'docker-compose.yml',
    'recovery/compose.yml',
    'loki/compose.yml',
    'victoria-metrics/compose.yml',
  ].flatMap((file) => {
    const { services } = parse(readFileSync(file, 'utf8'), { merge: true }) as Compose
    return Object.entries(services).flatMap(([name, { ports = [] }]) =>
      ports.map((port) => {
        const [, number] = /^127\.0\.0\.1:\$\{\w+_PORT:-(\d+)\}:\d+$/.exec(port) ?? []
        return `${number ?? `not 127.0.0.1: ${port}`} ${name}`
      }),
    )
  })
  const told = [...readFileSync('docs/security.md', 'utf8').matchAll(/^\| (\d+) +\| ([\w-]+) /gm)].map(
    ([, port, name]) => `${port} ${name}`,
  )
  expect(told.toSorted()).toEqual(published.toSorted())
})

test('the workflow runs every script that the local gate runs, with actions pinned by commit', () => {
  const scriptsOf = (text: string): string[] => [
    ...[...text.matchAll(/^\s*(?:- run: |[A-Z_]+=\S+ )?npm (?:run (?:-s )?)?([a-z:]+)$/gm)].map(
      ([, script]) => script ?? '',
    ),
    ...[...text.matchAll(/^side_by_side (.+)$/gm)].flatMap(([, scripts = '']) => scripts.split(' ')),
  ]
  const workflow = readFileSync('.github/workflows/ci.yml', 'utf8')
  const local = new Set(scriptsOf(readFileSync('.ci/run', 'utf8')))
  expect(local.size).toBeGreaterThan(5)
  expect([...local.difference(new Set(scriptsOf(workflow)))]).toEqual([])
  const actions = [...workflow.matchAll(/uses: (.*)$/gm)].map(([, action = '']) => action)
  expect(actions.filter((action) => !/^[\w/-]+@[0-9a-f]{40} # v[\d.]+$/.test(action))).toEqual([])
})

test('every shell line of the documents is of one kind, and of each kind there is one', () => {
  const doubtful = shellLines.filter((line) => kindsOf(line).length !== 1)
  expect(doubtful.map((line) => ({ ...line, kinds: kindsOf(line) }))).toEqual([])
  expect(shellLines.length).toBeGreaterThan(70)
  const names = Object.keys(kinds) as KindName[]
  expect(names.filter((name) => linesOf(name).length === 0)).toEqual([])
})

test.each(Object.entries(kinds))(
  'lines of the kind %s go through a test that there is',
  (kind, { checkedBy }) => {
    const [file, ...names] = checkedBy
    const source = sourceOf(file)
    const expected = [`linesOf('${kind}'`, ...names.map((name) => `'${name}'`)]
    expect(expected.filter((text) => !source.includes(text))).toEqual([])
  },
)

test.each(linesOf('gate'))('the gate runs %s as it stands', (line) => {
  expect(sourceOf('.ci/run')).toMatch(new RegExp(`^${line}(?: --loglevel=error)?$`, 'm'))
})
