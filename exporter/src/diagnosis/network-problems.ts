// Our own end of the network: while it is cut, nothing that is said of others can be believed.
import { anchorFacts } from './broken-target.ts'
import type { Finding } from './finding.ts'
import type { Fleet } from './fleet.ts'
import { ownNetworkEvidence } from './ladder.ts'

export function diagnoseNetwork(fleet: Fleet): Finding[] {
  if (!fleet.isBlind) return []
  return [
    {
      target: 'watchpost',
      subject: 'watchpost',
      issueType: 'network',
      cause: 'own_network',
      severity: 'critical',
      root: undefined,
      since: undefined,
      evidence: ownNetworkEvidence(fleet),
      behind: [],
      facts: { target: 'watchpost', ...anchorFacts(fleet) },
    },
  ]
}
