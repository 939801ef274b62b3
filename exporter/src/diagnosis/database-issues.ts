// Databases that let nobody in, and those whose sessions are in each other's way.
import type { DatabaseReading } from '../collectors/databases/watch.ts'
import { explainTarget } from './broken-target.ts'
import { findContention } from './database-contention.ts'
import type { Finding } from './finding.ts'
import type { Fleet } from './fleet.ts'
import { climbHeld, historyEvidence } from './ladder.ts'
import { factsOf } from './target-facts.ts'

export function diagnoseDatabases(fleet: Fleet): Finding[] {
  return (fleet.readings.databases?.targets ?? []).flatMap((database) => {
    if (database.status === 'error') return [explainTarget(database, fleet)]
    return explainContention(database, fleet)
  })
}

function explainContention(database: DatabaseReading, fleet: Fleet): Finding[] {
  const contention = findContention(database, fleet.settings.thresholds)
  if (!contention) return []
  const { cause, issueType, severity, measured, facts } = contention
  return [
    {
      target: database.target,
      subject: 'database',
      issueType,
      cause,
      severity,
      root: undefined,
      since: undefined,
      evidence: [
        ...climbHeld(database),
        { rung: 'database_sessions', measured, ok: false },
        ...historyEvidence(database, fleet),
      ],
      behind: [],
      facts: { ...factsOf(database), ...facts },
    },
  ]
}
