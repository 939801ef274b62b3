// The targets and collectors, from one round over all of them.
import type { Reading } from '../../collectors/collector.ts'
import { filesystemUsage } from '../../collectors/host/facts.ts'
import type { Reason, TargetReading } from '../../collectors/target.ts'
import type { Snapshot } from '../../scrape.ts'
import { finding, skipped, well } from './check.ts'
import type { Check } from './check.ts'

export function targetNames(snapshot: Snapshot): string[] {
  return targetsOf(snapshot).map(({ target }) => target)
}

export function checkFleet(snapshot: Snapshot): readonly Check[] {
  const targets = targetsOf(snapshot)
  const healthy = targets.filter(({ status }) => status === 'healthy').length
  const failed = snapshot.outcomes.filter(({ success }) => !success)
  return [
    // Each of the others has a line of its own.
    ...(targets.length > 0 && healthy === 0
      ? []
      : [well('targets', `${healthy} of ${targets.length} are healthy`)]),
    ...targets.flatMap(checkTarget),
    ...failed.map(({ collector }) =>
      finding(
        `collector ${collector}`,
        'it failed as a whole',
        `read the reason in the log above; the section ${collector} of the configuration is its own`,
      ),
    ),
    ...checkDisks(snapshot),
  ]
}

function targetsOf({ readings }: Snapshot): TargetReading[] {
  return (Object.values(readings) as (Reading | undefined)[]).flatMap((reading) => reading?.targets ?? [])
}

function checkTarget({ target, status, reason, detail }: TargetReading): Check[] {
  const subject = `target ${target}`
  const why = [reason, detail].filter((part) => part !== undefined && part !== 'none').join(': ')
  if (status === 'healthy') return []
  if (status === 'unknown') return [skipped(subject, `nothing is known of it${why === '' ? '' : `, ${why}`}`)]
  return [
    finding(
      subject,
      `${status}${why === '' ? '' : `, ${why}`}`,
      `${advice[reason]}; watchpost probe ${target}`,
    ),
  ]
}

const advice: Readonly<Record<Reason, string>> = {
  none: 'look at what it says of itself',
  dns: 'correct the host name in its url, or the resolver of this machine',
  connect: 'start it, or correct the address and the firewall in between',
  tls: 'renew or complete its certificate, or name the CA that signed it',
  timeout: 'find what keeps it busy; give it a longer timeout only if that is usual for it',
  status: 'read its log for what it answers',
  body: 'let its answer hold what the configuration expects, or correct the configuration',
  json: 'let it answer JSON, or correct its url',
  assertion: 'mend what the named assertion says, or correct the assertion',
  auth: 'renew its credentials',
  quota: 'wait for its quota to be reset, or ask it less often with min_interval',
  redirect: 'configure the address it redirects to, or allow the redirect',
  size: 'give it an address with a smaller answer',
  unreachable_dependency: 'mend what it depends on first',
  error: 'read its own words',
}

function checkDisks({ readings, settings }: Snapshot): Check[] {
  const limit = settings.thresholds.disk
  return (readings.host?.facts?.filesystems ?? []).flatMap((filesystem) => {
    const usage = filesystemUsage(filesystem)
    if (usage === undefined) return []
    const subject = `disk ${filesystem.mountpoint}`
    const detail = `${(usage * 100).toFixed(0)} % in use, the limit is ${(limit * 100).toFixed(0)} %`
    return usage > limit
      ? [finding(subject, detail, 'delete what is not needed, or shorten what is retained')]
      : [well(subject, detail)]
  })
}
