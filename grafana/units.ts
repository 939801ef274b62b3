// Grafana's identifiers of the units that our metrics come in. Metrics have base units, so this list stays short.
export const unit = {
  none: 'none',
  count: 'short',
  ratio: 'percentunit',
  seconds: 's',
  /** A span that is read in days and hours rather than in digits. */
  duration: 'dtdurations',
  /** Unix time in milliseconds, shown as "3 minutes ago"; multiply our seconds by 1000. */
  fromNow: 'dateTimeFromNow',
  bytes: 'bytes',
  bytesPerSecond: 'Bps',
  perSecond: 'ops',
  requestsPerSecond: 'reqps',
} as const

export type Unit = (typeof unit)[keyof typeof unit]
