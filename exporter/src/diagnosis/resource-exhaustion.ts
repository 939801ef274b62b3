// What the machine runs out of. Thresholds are those of the alert rules.
import { filesystemUsage, memoryUsage } from '../collectors/host/facts.ts'
import type { HostFacts } from '../collectors/host/facts.ts'
import type { Finding, IssueType } from './finding.ts'
import type { Fleet } from './fleet.ts'
import { formatRatio } from './ladder.ts'
import type { Facts } from './text.ts'
import type { Cause } from './catalogue/catalogue.ts'

// Busy processors are no fault as long as nothing waits for them long.
const waitingPerProcessor = 2
const openFilesLimit = 0.9

export function diagnoseResources({ readings, settings: { thresholds } }: Fleet): Finding[] {
  const facts = readings.host?.facts
  if (!facts) return []
  return [
    ...judge(['memory_exhaustion', 'memory_full'], memoryUsage(facts.memory), thresholds.memory),
    ...facts.filesystems
      .filter(({ readOnly }) => !readOnly)
      .flatMap((filesystem) => {
        const { mountpoint } = filesystem
        return judge(['disk_full', 'disk_full'], filesystemUsage(filesystem), thresholds.disk, { mountpoint })
      }),
    ...judgeProcessors(facts, readings.host?.cpuUsageRatio, thresholds.cpu),
    ...judge(
      ['resource_exhaustion', 'file_handles_exhausted'],
      share(facts.openFiles, facts.openFilesMax),
      openFilesLimit,
    ),
  ]
}

function judgeProcessors({ load, cpus }: HostFacts, usage: number | undefined, limit: number): Finding[] {
  const [, waiting = 0] = load
  if (waiting <= waitingPerProcessor * cpus.length) return []
  return judge(['resource_exhaustion', 'cpu_saturated'], usage, limit, { load: waiting.toFixed(1) })
}

function judge(
  [issueType, cause]: readonly [IssueType, Cause],
  usage: number | undefined,
  limit: number,
  facts: Facts = {},
): Finding[] {
  if (usage === undefined || usage <= limit) return []
  return [shortOf(issueType, cause, { ...facts, ...limits(usage, limit) })]
}

function share(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined ? undefined : part / whole
}

function limits(measured: number, limit: number): Facts {
  return { measured: formatRatio(measured), limit: formatRatio(limit) }
}

function shortOf(issueType: IssueType, cause: Cause, facts: Facts): Finding {
  const where = facts['mountpoint'] === undefined ? '' : `${facts['mountpoint']}: `
  return {
    target: 'host',
    subject: 'host',
    issueType,
    cause,
    severity: 'warning',
    root: undefined,
    since: undefined,
    evidence: [
      { rung: 'host', measured: `${where}${facts['measured']} of at most ${facts['limit']}`, ok: false },
    ],
    behind: [],
    facts,
  }
}
