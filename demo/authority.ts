// The certificate authority of the demo: whoever trusts it can tell a good certificate from a bad one.
import { createIdentity } from './certificate.ts'
import type { Identity } from './certificate.ts'

export const certificateFaults = [
  'certificate-expired',
  'certificate-expiring',
  'certificate-wrong-host',
] as const
type CertificateFault = (typeof certificateFaults)[number]

export interface Authority {
  /** For those who trust it, as PEM. */
  readonly cert: string
  /** A certificate for this machine, with its key; a good one where no fault is named. */
  readonly issue: (fault?: CertificateFault) => Identity
}

const day = 86_400_000
const lifetimeDays = 90

export function createAuthority(): Authority {
  const issuer = createIdentity({ name: 'Watchpost demo', isAuthority: true, ...lifetime(lifetimeDays) })
  return {
    cert: issuer.cert,
    issue(fault) {
      const daysLeft = { 'certificate-expired': -1, 'certificate-expiring': 2 }[String(fault)] ?? 80
      const hosts = fault === 'certificate-wrong-host' ? ['elsewhere.example'] : ['localhost', '127.0.0.1']
      return createIdentity({ name: hosts[0] ?? '', issuer, hosts, ...lifetime(daysLeft) })
    },
  }
}

function lifetime(daysLeft: number): { readonly notBefore: Date; readonly notAfter: Date } {
  const notAfter = Date.now() + daysLeft * day
  return { notBefore: new Date(notAfter - (lifetimeDays + 1) * day), notAfter: new Date(notAfter) }
}
