// Reads of Google Sheets are limited by the minute, for each user and for each project; the service account is the user.
import { readFileSync } from 'node:fs'
import { remember } from '../collector.ts'
import type { Budget } from './quota/budget.ts'
import { createRequestCount } from './quota/count.ts'
import type { SheetsSource } from './section.ts'

const windowSeconds = 60

/** The same counts for all sources with the same account or project. */
export function googleBudgets(source: SheetsSource, memory: Map<string, unknown>): readonly Budget[] {
  const { user, project } = readIdentity(source.credentials_file)
  const budget = (policy: string, owner: string, limit: number): Budget => ({
    policy,
    limit,
    windowSeconds,
    count: remember(memory, `google reads\u0000${policy}\u0000${owner}`, createRequestCount),
  })
  return [
    budget('user', user, source.reads_per_minute),
    budget('project', project, source.project_reads_per_minute),
  ]
}

interface Credentials {
  readonly client_email?: string
  readonly project_id?: string
}

/** What cannot be read is told when a token is asked for; until then the file stands for its owner. */
function readIdentity(file: string): { readonly user: string; readonly project: string } {
  try {
    const { client_email, project_id } = JSON.parse(readFileSync(file, 'utf8')) as Credentials
    return { user: client_email ?? file, project: project_id ?? file }
  } catch {
    return { user: file, project: file }
  }
}
