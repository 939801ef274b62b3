// What is generated here, by path.
import { join } from 'node:path'
import { alertInfoConcern, renderAlertInfo } from './alert-info.ts'
import { readRuleFiles } from './rules.ts'

export async function generate(): Promise<Record<string, string>> {
  const files = await readRuleFiles(join(import.meta.dirname, 'rules'))
  const written = files.filter(({ concern }) => concern !== alertInfoConcern)
  return { [`prometheus/rules/${alertInfoConcern}.rules.yml`]: renderAlertInfo(written) }
}
