// The ladder: from our own end to the inside of the target, rung by rung, until one is broken.
import { phases } from '../collectors/target.ts'
import type { TargetReading } from '../collectors/target.ts'
import type { Evidence } from './finding.ts'
import { badSince } from './fleet.ts'
import type { Fleet } from './fleet.ts'
import type { Break, WireRung } from './wire-cause.ts'

const rungs = { dns: 'dns', connect: 'tcp', tls: 'tls', processing: 'http', transfer: 'body' } as const

/** The rungs that held, each with the time it took, and the broken one with what was met there. */
export function climbWire(target: TargetReading, broken: Break): Evidence[] {
  const held = climbHeld(target).filter(({ rung }) => rung !== broken.rung)
  return [...held, { rung: broken.rung, measured: target.detail ?? target.reason, ok: false }]
}

function rungOf({ kind }: TargetReading, phase: (typeof phases)[number]): WireRung {
  return kind === 'database' && phase === 'processing' ? 'session' : rungs[phase]
}

/** Of a target that answered: all its rungs held. */
export function climbHeld(target: TargetReading): Evidence[] {
  return phases.flatMap((phase) => {
    const seconds = target.phases[phase]
    return seconds === undefined
      ? []
      : [{ rung: rungOf(target, phase), measured: formatSeconds(seconds), ok: true }]
  })
}

export function ownNetworkEvidence({ readings, isBlind }: Fleet): Evidence[] {
  const anchors = readings.connectivity?.anchors
  if (!anchors) return []
  const reached = anchors.filter((anchor) => anchor.reached).length
  return [{ rung: 'own_network', measured: `${reached} of ${anchors.length} anchors reached`, ok: !isBlind }]
}

/** What is behind the target, broken or not: the next rung after our own network. */
export function dependencyEvidence(target: TargetReading, { targets }: Fleet): Evidence[] {
  const watched = target.dependencies.flatMap(({ dependency }) => targets.get(dependency) ?? [])
  const broken = watched.filter(({ status }) => status === 'error')
  if (watched.length === 0) return []
  if (broken.length === 0)
    return [{ rung: 'dependency', measured: `${watched.length} of ${watched.length} usable`, ok: true }]
  return broken.map((one) => ({
    rung: 'dependency',
    measured: `${one.target}: ${one.detail ?? one.reason}`,
    ok: false,
  }))
}

export function historyEvidence({ target }: TargetReading, fleet: Fleet): Evidence[] {
  const verdicts = fleet.past.of(target)
  if (verdicts.length < 2) return []
  const bad = verdicts.filter(({ status }) => status === 'error').length
  const since = badSince(target, fleet)
  const when = since === undefined ? '' : `, without a break since ${formatTime(since)}`
  return [
    {
      rung: 'history',
      measured: `${bad} of the last ${verdicts.length} probes failed${when}`,
      ok: bad === 0,
    },
  ]
}

export function formatSeconds(seconds: number): string {
  if (seconds < 1) return `${(seconds * 1000).toFixed(1)} ms`
  if (seconds < 120) return `${seconds.toFixed(1)} s`
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}

export function formatTime(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString().replace(/\.\d+/, '')
}

export function formatRatio(ratio: number): string {
  return `${(ratio * 100).toFixed(1)}%`
}
