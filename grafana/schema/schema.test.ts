// The generated files against @grafana/schema, by the compiler: each file is written as a literal of the schema's type,
// so that an unknown key, a value outside an enumeration or a lacking option is an error.
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { languages } from '../language.ts'

const root = resolve(import.meta.dirname, '../..')
const generated = join(root, 'grafana/generated')

const settings = {
  extends: join(root, 'tsconfig.json'),
  compilerOptions: { types: [], exactOptionalPropertyTypes: false },
  include: ['*.ts'],
}

/** What the compiler says of each file that is not of the schema, by the file's name. */
async function misfits(files: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, string>> {
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-schema-'))
  try {
    await writeFile(join(directory, 'package.json'), '{ "type": "module" }')
    await writeFile(join(directory, 'tsconfig.json'), JSON.stringify(settings))
    const head = `import type { File } from '${root}/grafana/schema/model.ts'\nexport const file: File =`
    for (const [name, json] of Object.entries(files)) {
      await writeFile(join(directory, `${name}.ts`), `${head} ${json}`)
    }
    const output = await compile(directory)
    const lines = [...output.matchAll(/^(\S+)\.ts\(\d+,\d+\): error (.*)$/gm)]
    if (output !== '' && lines.length === 0) throw new Error(`the compiler failed: ${output}`)
    return new Map(lines.toReversed().map(([, name = '', message = '']) => [name, message]))
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function compile(directory: string): Promise<string> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  return new Promise((done) => {
    execFile(process.execPath, [compiler, '-p', directory], { cwd: directory }, (_, output) => {
      done(output)
    })
  })
}

const timeout = 60_000

test('every generated file is of the newest schema', { timeout }, async () => {
  const files: Record<string, string> = {}
  for (const language of languages) {
    for (const name of await readdir(join(generated, language))) {
      files[`${language}-${name}`] = await readFile(join(generated, language, name), 'utf8')
    }
  }
  expect(Object.keys(files).length).toBe(26)
  expect(await misfits(files)).toEqual(new Map())
})

const mistakes: Readonly<Record<string, readonly [from: string, to: string]>> = {
  'a colour mode that is none': ['"colorMode": "background"', '"colorMode": "paint"'],
  'an option that was removed': ['"showHeader": true', '"showHeader": true, "footer": { "show": false }'],
  'an option that lacks': ['"wideLayout": true,', ''],
  'a kind of panel that is none': ['"type": "stat"', '"type": "singlestat"'],
  'an override of the wrong type': ['"id": "custom.width",', '"id": "custom.inspect",'],
  'an override of nothing': ['"id": "custom.wrapText"', '"id": "custom.wraptext"'],
  'a key that a link does not have': ['"asDropdown": true', '"asDropdown": true, "keepVars": true'],
  'a format of a query that is none': ['"format": "table"', '"format": "frame"'],
  'a threshold without a colour': ['"color": "green"', '"colour": "green"'],
}

test('what is not of the schema is found', { timeout }, async () => {
  const overview = await readFile(join(generated, 'en/overview.json'), 'utf8')
  const files = Object.entries(mistakes).map(([what, [from, to]]) => {
    expect({ what, isThere: overview.includes(from) }).toEqual({ what, isThere: true })
    return [what.replaceAll(' ', '-'), overview.replace(from, to)]
  })
  const found = await misfits(Object.fromEntries(files))
  expect(new Set(found.keys())).toEqual(new Set(files.map(([name]) => name)))
})
