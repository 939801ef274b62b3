// Says in the log what has changed with a source, and nothing when nothing has.
import type { Log } from '../../log.ts'
import type { Verdict } from './source.ts'

export interface Report {
  readonly verdict: Verdict
  readonly sync: string | undefined
  readonly quality: string | undefined
  readonly backoffUntil: number | undefined
}

export function createReporter(target: string, log: Log): (report: Report) => void {
  let known = { verdict: '', sync: '', quality: '', backoffUntil: 0 }
  return ({ verdict, sync = '', quality = '', backoffUntil = 0 }) => {
    const { status, reason, detail } = verdict
    const current = { verdict: `${status} ${reason}`, sync, quality, backoffUntil }
    if (current.verdict !== known.verdict) {
      log[status === 'healthy' ? 'info' : 'warn']('target changed', { target, status, reason, detail })
    }
    if (sync !== known.sync && sync !== '') log.warn('last sync not read', { target, detail: sync })
    if (quality !== known.quality && quality !== '') log.warn('quality not read', { target, detail: quality })
    if (backoffUntil > known.backoffUntil) {
      log.info('target left alone for now', { target, until: new Date(backoffUntil * 1000).toISOString() })
    }
    known = current
  }
}
