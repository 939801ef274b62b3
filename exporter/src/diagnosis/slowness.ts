// Services that answer, but again and again too late.
import type { TargetReading } from '../collectors/target.ts'
import type { Finding } from './finding.ts'
import type { Fleet } from './fleet.ts'
import { climbHeld, formatSeconds } from './ladder.ts'
import { factsOf } from './target-facts.ts'

// A single late answer is no fault.
const probesInRow = 3

export function findSlowness(target: TargetReading, fleet: Fleet): Finding[] {
  if (!isSlow(target, fleet)) return []
  const measured = formatSeconds(target.durationSeconds ?? 0)
  const limit = formatSeconds(fleet.settings.thresholds.response_time)
  const root = slowestBehind(target, fleet)
  const common = {
    target: target.target,
    subject: target.kind,
    since: undefined,
    evidence: [
      ...(root ? [{ rung: 'dependency', measured: `${root} is slow as well`, ok: false } as const] : []),
      ...climbHeld(target),
      {
        rung: 'history',
        measured: `the last ${probesInRow} probes took longer than ${limit}`,
        ok: false,
      } as const,
    ],
    behind: [],
  }
  const facts = { ...factsOf(target), measured, limit }
  if (root === undefined)
    return [
      { ...common, issueType: 'service_failure', cause: 'slow_answer', severity: 'warning', root, facts },
    ]
  const rootDetail = 'it answers too late as well'
  const victim = { ...facts, root, rootDetail, watchedRoot: root }
  return [
    {
      ...common,
      issueType: 'dependency_failure',
      cause: 'dependency',
      severity: 'info',
      root,
      facts: victim,
    },
  ]
}

function isSlow({ target, durationSeconds: newest = 0 }: TargetReading, { past, settings }: Fleet): boolean {
  const limit = settings.thresholds.response_time
  if (newest <= limit) return false
  const last = past.of(target, probesInRow)
  return last.length === probesInRow && last.every(({ durationSeconds = 0 }) => durationSeconds > limit)
}

/** Who is slow and waits for nobody that is slow. The closure of the edges has them all, however far away. */
function slowestBehind(target: TargetReading, fleet: Fleet): string | undefined {
  const slow = slowBehind(target, fleet)
  return (slow.find((one) => slowBehind(one, fleet).length === 0) ?? slow[0])?.target
}

function slowBehind({ target, dependencies }: TargetReading, fleet: Fleet): TargetReading[] {
  return dependencies.flatMap(({ dependency }) => {
    const found = dependency === target ? undefined : fleet.targets.get(dependency)
    return found && isSlow(found, fleet) ? [found] : []
  })
}
