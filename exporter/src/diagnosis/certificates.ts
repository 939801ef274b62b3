// Certificates that still hold, but not for long: what is told before anything fails.
import type { TargetReading } from '../collectors/target.ts'
import type { Finding } from './finding.ts'
import type { Fleet } from './fleet.ts'
import { climbHeld, formatTime } from './ladder.ts'
import { factsOf } from './target-facts.ts'

// As the alert CertificateExpiring has it: by then a renewal that works has been.
const shareOfLife = 1 / 4
const longestSeconds = 21 * 86_400

export function diagnoseCertificates(fleet: Fleet): Finding[] {
  return [...fleet.targets.values()].flatMap((target) => explainCertificate(target, fleet))
}

/** One that has run out breaks the target, which is explained as broken. */
function explainCertificate(target: TargetReading, { startedAt }: Fleet): Finding[] {
  const { certificate, status, kind } = target
  if (!certificate || status === 'error') return []
  const { notBefore, notAfter } = certificate
  const left = notAfter - startedAt
  if (left >= Math.min((notAfter - notBefore) * shareOfLife, longestSeconds)) return []
  const measured = `valid until ${formatTime(notAfter)}, ${(left / 86_400).toFixed(1)} days from now`
  return [
    {
      target: target.target,
      subject: kind,
      issueType: 'certificate',
      cause: 'certificate_expiring',
      severity: 'warning',
      root: undefined,
      since: undefined,
      evidence: [
        ...climbHeld(target).filter(({ rung }) => rung !== 'tls'),
        { rung: 'tls', measured, ok: false },
      ],
      behind: [],
      facts: { ...factsOf(target), measured },
    },
  ]
}
