// Why what is not well is not well. Pure: the same snapshot and history give the same findings.
import { diagnoseCertificates } from './certificates.ts'
import { diagnoseDatabases } from './database-issues.ts'
import type { Finding, Severity } from './finding.ts'
import { surveyFleet } from './fleet.ts'
import type { Fleet, Observed, Past } from './fleet.ts'
import { diagnoseNetwork } from './network-problems.ts'
import { diagnoseResources } from './resource-exhaustion.ts'
import { diagnoseServices } from './service-failure.ts'
import { diagnoseSources } from './source-failures.ts'
import { diagnoseTasks } from './task-failures.ts'

type Rule = (fleet: Fleet) => readonly Finding[]

/** One for each family of issues. Adding one is a file and a line here. */
const rules: Readonly<Record<string, Rule>> = {
  network: diagnoseNetwork,
  services: diagnoseServices,
  databases: diagnoseDatabases,
  data_sources: diagnoseSources,
  tasks: diagnoseTasks,
  resources: diagnoseResources,
  certificates: diagnoseCertificates,
}

const order: readonly Severity[] = ['critical', 'warning', 'info']

/** The worst first. A rule that throws costs its own findings and is told to `onFailure`, nothing else. */
export function diagnose(
  observed: Observed,
  past: Past,
  onFailure: (rule: string, error: unknown) => void,
): readonly Finding[] {
  const fleet = surveyFleet(observed, past)
  const found = Object.entries(rules).flatMap(([name, rule]) => {
    try {
      return rule(fleet)
    } catch (error) {
      onFailure(name, error)
      return []
    }
  })
  return found.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
}
