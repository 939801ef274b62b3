// The YAML of the documents: each block is taken by the program that it is for.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Role } from 'kubernetes-models/rbac.authorization.k8s.io/v1'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { createAuthority } from '../../demo/authority.ts'
import { requireProgram } from '../../demo/programs/find.ts'
import { collectors } from '../../exporter/src/collectors/all.ts'
import { createSchema } from '../../exporter/src/config/schema.ts'
import { blocksOf } from '../harness/documents.ts'

const run = promisify(execFile)
const sections = new Set(Object.keys(createSchema(collectors).shape))

/** By its outermost keys, what a block is. */
function kindsOf(yaml: string): string[] {
  const keys = new Set(Object.keys(parse(yaml) as object))
  const kinds: Readonly<Record<string, boolean>> = {
    watchpost: keys.intersection(sections).size > 0,
    prometheus: keys.has('scrape_configs'),
    role: keys.has('kind') && yaml.includes('\nkind: Role\n'),
    patch: keys.has('patches'),
  }
  return Object.keys(kinds).filter((kind) => kinds[kind])
}

const blocks = [...blocksOf('yaml'), ...blocksOf('yml')]
const ofKind = (kind: string): typeof blocks => blocks.filter(({ text }) => kindsOf(text).includes(kind))

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-yaml-'))
})
afterAll(() => rm(directory, { recursive: true }))

test('every block is of one kind, and of each kind there is one', () => {
  expect(blocks.filter(({ text }) => kindsOf(text).length !== 1)).toEqual([])
  expect(new Set(blocks.flatMap(({ text }) => kindsOf(text)))).toEqual(
    new Set(['watchpost', 'prometheus', 'role', 'patch']),
  )
})

test.concurrent.each(ofKind('watchpost').map((block, index) => ({ ...block, index })))(
  'the configuration in $file is valid',
  async ({ text, index }) => {
    const file = join(directory, `watchpost-${index}.yml`)
    await writeFile(file, await withFiles(text, index))
    const env = { ...process.env, DATABASE_URL: 'postgresql://127.0.0.1:5432/example' }
    const program = ['exporter/src/main.ts', 'check', `--config.file=${file}`]
    const { stdout, stderr } = await run(process.execPath, program, { env })
    expect({ stdout, stderr }).toEqual({ stdout: expect.stringContaining('is valid') as unknown, stderr: '' })
  },
)

/** The files that a configuration names are there for whoever wrote it: here each is made. */
async function withFiles(yaml: string, index: number): Promise<string> {
  const { cert, key } = createAuthority().issue()
  const contents: Readonly<Record<string, string>> = { ca_file: cert, cert_file: cert, key_file: key }
  let made = yaml
  for (const [whole, name = ''] of yaml.matchAll(/\b(\w+_file): [^\s,}]+/g)) {
    const path = join(directory, `${index}-${name}`)
    await writeFile(path, contents[name] ?? 'postgresql://127.0.0.1:5432/example')
    made = made.replace(whole, `${name}: ${path}`)
  }
  return made
}

test.each(ofKind('prometheus'))('promtool takes what $file has for Prometheus', async ({ text }) => {
  const promtool = await requireProgram('promtool', { log: () => {} })
  const file = join(directory, 'prometheus.yml')
  await writeFile(file, text)
  const { stdout } = await run(promtool.path, ['check', 'config', file])
  expect(stdout).toContain('SUCCESS')
})

test.each(ofKind('role'))('the role in $file is one that Kubernetes knows', ({ text }) => {
  expect(() => new Role(parse(text) as ConstructorParameters<typeof Role>[0]).validate()).not.toThrow()
})

interface Operation {
  readonly op: string
  readonly path: string
}

test.each(ofKind('patch'))('the patch in $file replaces what is there', async ({ text }) => {
  const manifests = parseAllDocuments(await readFile('kubernetes/generated/exporter.yml', 'utf8'))
  const { patches } = parse(text) as {
    readonly patches: readonly { readonly target: { readonly kind: string }; readonly patch: string }[]
  }
  for (const { target, patch } of patches) {
    const patched = manifests.find((one) => one.get('kind') === target.kind)
    const operations = parse(patch) as readonly Operation[]
    const found = operations.map(({ op, path }) => [
      op,
      patched?.getIn(path.split('/').slice(1)) === undefined,
    ])
    expect(found).toEqual(operations.map(() => ['replace', false]))
  }
  expect(text).toContain('env/1/value')
  const statefulSet = manifests.find((one) => one.get('kind') === 'StatefulSet')
  expect(statefulSet?.getIn('spec/template/spec/containers/0/env/1/name'.split('/'))).toBe('WATCHPOST_SHARD')
})
