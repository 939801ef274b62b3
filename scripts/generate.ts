// Writes the files that are made from code; with --check it only says which of them are not as the code makes them.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { generate as exporter } from '../exporter/generate.ts'
import { generate as grafana } from '../grafana/generate.ts'
import { generate as kubernetes } from '../kubernetes/generate.ts'
import { generate as prometheus } from '../prometheus/generate.ts'

type Files = Readonly<Record<string, string>>

interface Generator {
  readonly generate: () => Promise<Files>
  /** Folders in which every file is generated, so that one the code no longer makes is superfluous. */
  readonly owns: readonly string[]
}

const generators: readonly Generator[] = [
  { generate: exporter, owns: [] },
  { generate: grafana, owns: ['grafana/generated'] },
  { generate: prometheus, owns: [] },
  // After the rules that it is made from.
  { generate: kubernetes, owns: ['kubernetes/generated'] },
]

const root = resolve(import.meta.dirname, '..')

interface Differences {
  readonly stale: readonly string[]
  readonly missing: readonly string[]
  readonly superfluous: readonly string[]
}

async function compare(files: Files, owns: readonly string[]): Promise<Differences> {
  const stale: string[] = []
  const missing: string[] = []
  for (const [path, content] of Object.entries(files)) {
    const found = await readIfThere(path)
    if (found === undefined) missing.push(path)
    else if (found !== content) stale.push(path)
  }
  const present = (await Promise.all(owns.map(listFiles))).flat()
  return { stale, missing, superfluous: present.filter((path) => files[path] === undefined) }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(join(root, path), 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

async function listFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile())
    return files.map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

async function write(files: Files, differences: Differences): Promise<void> {
  for (const path of [...differences.stale, ...differences.missing]) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), files[path] ?? '')
  }
  for (const path of differences.superfluous) await rm(join(root, path))
}

function describe(differences: Differences): string[] {
  return Object.entries(differences).flatMap(([what, paths]: [string, readonly string[]]) =>
    paths.map((path) => `${path}: ${what}`),
  )
}

async function main(checkOnly: boolean): Promise<number> {
  const lines: string[] = []
  for (const { generate, owns } of generators) {
    const files = await generate()
    const differences = await compare(files, owns)
    lines.push(...describe(differences))
    if (!checkOnly) await write(files, differences)
  }
  for (const line of lines) process.stdout.write(`${line}${checkOnly ? '' : ', repaired'}\n`)
  if (checkOnly && lines.length > 0)
    process.stderr.write('generated files are not current: npm run generate\n')
  return checkOnly && lines.length > 0 ? 1 : 0
}

process.exitCode = await main(process.argv.includes('--check'))
