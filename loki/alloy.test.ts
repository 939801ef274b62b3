// Alloy does not run here: each argument is held against a list of those that its reference documents.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAlloy } from './alloy-syntax.ts'
import type { Block, Value } from './alloy-syntax.ts'

const blocks = parseAlloy(await readFile(join(import.meta.dirname, 'config.alloy'), 'utf8'))

describe('config.alloy', () => {
  const documented: Readonly<Record<string, string>> = {
    logging: 'level format',
    'discovery.docker': 'host refresh_interval',
    'discovery.relabel': 'targets',
    rule: 'source_labels regex target_label replacement action separator',
    'loki.source.docker': 'host targets labels relabel_rules forward_to',
    'local.file_match': 'path_targets sync_period ignore_older_than',
    'loki.source.file': 'targets tail_from_end forward_to',
    'loki.process': 'forward_to',
    'stage.decolorize': '',
    'stage.json': 'expressions drop_malformed source',
    'stage.match': 'selector action',
    'stage.regex': 'expression source',
    'stage.drop': 'source expression separator drop_counter_reason',
    'stage.template': 'source template',
    'stage.labels': 'values',
    'stage.limit': 'rate burst drop by_label_name max_distinct_labels',
    'loki.write': 'external_labels max_streams',
    endpoint: 'url',
  }
  /** What components give to others. */
  const exported: Readonly<Record<string, readonly string[]>> = {
    'discovery.docker': ['targets'],
    'discovery.relabel': ['output', 'rules'],
    'local.file_match': ['targets'],
    'loki.process': ['receiver'],
    'loki.write': ['receiver'],
  }
  const everyBlock = blocks.flatMap(withInner)

  function withInner(block: Block): Block[] {
    return [block, ...block.blocks.flatMap(withInner)]
  }

  function references(value: Value): string[] {
    if (typeof value !== 'object') return []
    if ('reference' in value) return [value.reference]
    const inner = 'fields' in value ? [...value.fields.values()] : value
    return inner.flatMap(references)
  }

  test('has only blocks and arguments that Alloy documents', () => {
    const unknown = everyBlock.flatMap(({ name, attributes }) =>
      [...attributes.keys()]
        .filter((key) => !documented[name]?.split(' ').includes(key))
        .map((key) => `${name} ${key}`),
    )
    expect(unknown).toEqual([])
    expect(everyBlock.filter(({ name }) => documented[name] === undefined)).toEqual([])
  })

  test('refers only to what another component gives', () => {
    const given = new Set(
      blocks.flatMap(({ name, label }) =>
        (exported[name] ?? []).map((field) => `${name}.${label ?? ''}.${field}`),
      ),
    )
    const used = everyBlock.flatMap(({ attributes }) => [...attributes.values()].flatMap(references))
    expect(used).toContain('loki.process.lines.receiver')
    expect(used.filter((name) => !given.has(name))).toEqual([])
    const components = blocks.map(({ name, label }) => `${name}.${label ?? ''}`)
    expect(new Set(components).size).toBe(components.length)
  })

  test('talks to the proxy of the overlay and to its Loki, never to the socket', () => {
    const values = everyBlock.flatMap(({ attributes }) => [...attributes.values()])
    const hosts = values.flatMap((value) =>
      typeof value === 'string' && value.includes('://') ? [new URL(value).hostname] : [],
    )
    expect(new Set(hosts)).toEqual(new Set(['log-socket-proxy', 'loki']))
  })

  test('drops health checks that went well, and only those', () => {
    const drops = everyBlock.filter(({ name }) => name === 'stage.drop')
    const [line, fields] = drops.map(({ attributes }) => {
      const expression = attributes.get('expression')
      return new RegExp(typeof expression === 'string' ? expression : 'no expression')
    })
    expect(line?.test('10.0.0.1 - - "GET /health HTTP/1.1" 200 12')).toBe(true)
    expect(line?.test('10.0.0.1 - - "GET /health HTTP/1.1" 503 12')).toBe(false)
    expect(line?.test('10.0.0.1 - - "GET /healthy-food HTTP/1.1" 200 12')).toBe(false)
    expect(fields?.test('/health?full=1;200')).toBe(true)
    expect(fields?.test('/health;500')).toBe(false)
    expect(fields?.test('/api/orders;200')).toBe(false)
  })

  test.each([
    ['a = 1\na = 2\n', 'line 2: a is set twice'],
    ['a {\n', 'expected name'],
    ['a { b = [1\n] }', 'expected ,'],
    ['# no comment\n', 'line 1: "#" does not belong here'],
    ['a = "b" c = "d"\n', 'expected newline'],
  ])('is read by a parser that refuses %j', (source, problem) => {
    expect(() => parseAlloy(source)).toThrow(problem)
  })
})
