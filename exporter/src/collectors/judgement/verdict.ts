// What is finally said of a target: confirmed where that was asked for, and logged when it changes.
import type { Context } from '../collector.ts'
import type { Reason, Status } from '../target.ts'
import { createConfirmation } from './confirmation.ts'
import type { Confirm } from './confirmation.ts'

export interface Verdict {
  readonly status: Status
  readonly reason: Reason
  readonly detail: string | undefined
}

export const well: Verdict = Object.freeze({ status: 'healthy', reason: 'none', detail: undefined })

/** Takes what each probe of the target found, and gives what is to be said of it. */
export function createSettlement(
  target: string,
  { memory, log }: Context,
  confirm: Confirm | undefined,
): (found: Verdict) => Verdict {
  const confirmed = createConfirmation(memory, `target ${target}`, confirm)
  let known: Pick<Verdict, 'status' | 'reason'> | undefined
  return (found) => {
    const isConfirmed = confirmed(found.status === 'error')
    const verdict = found.status === 'error' && !isConfirmed && confirm ? unconfirmed(found, confirm) : found
    const { status, reason, detail } = verdict
    if (known?.status !== status || known.reason !== reason) {
      log[status === 'healthy' ? 'info' : 'warn']('target changed', { target, status, reason, detail })
      known = verdict
    }
    return verdict
  }
}

/** A failure that is not confirmed yet degrades the target, and says how many more it takes. */
function unconfirmed(verdict: Verdict, { failures, of }: Confirm): Verdict {
  const detail = `${verdict.detail ?? verdict.reason} (an error once ${failures} of ${of} probes find it)`
  return { ...verdict, status: 'warning', detail }
}
