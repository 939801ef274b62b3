// A configuration for tests, with the fastest of everything.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { formatProblems } from '../../../exporter/src/config/problem.ts'
import { parseConfig } from '../config/load.ts'
import type { Config } from '../config/load.ts'

const directory = mkdtempSync(join(tmpdir(), 'watchpost-recovery-config-'))
export const tokens = { alertmanager: 'token-of-alertmanager', control: 'token-of-people' }
for (const [name, token] of Object.entries(tokens)) writeFileSync(join(directory, name), `${token}\n`)
afterAll(() => rmSync(directory, { recursive: true }))

/** What every configuration but that of nothing needs. */
export const places = `
token_file: ${directory}/alertmanager
control_token_file: ${directory}/control
prometheus: { url: http://127.0.0.1:1 }
alertmanager: { url: http://127.0.0.1:1 }
exporter: { url: http://127.0.0.1:1 }
`

interface Stored {
  readonly storagePath: string | undefined
}

export function problemsOf(text: string, { storagePath }: Stored = { storagePath: '/nowhere' }): string {
  const { problems } = parseConfig({ file: 'recovery.yml', text, environment: {}, storagePath })
  return problems ? formatProblems(problems, 'recovery.yml') : ''
}

export function configOf(text: string): Config {
  const { config } = parseConfig({ file: 'recovery.yml', text, environment: {}, storagePath: '/nowhere' })
  if (!config) throw new Error(problemsOf(text))
  return config
}
