// A clock that was far ahead for a while: what was noted by it must not hide what comes now.

// Clocks of writers may differ a little, and are told apart elsewhere.
const toleratedSeconds = 60
const stamps = ['lastStart', 'lastSuccess', 'lastFailure', 'lastFinish'] as const

type Stamped = { [Stamp in (typeof stamps)[number]]: number | undefined } & {
  readonly slots: { key: string; readonly due: number | undefined } | undefined
}

/** To be called before anything is judged by `now`. */
export function forgetFuture(accounts: Iterable<Stamped>, now: number): void {
  const latest = now + toleratedSeconds
  for (const account of accounts) {
    for (const stamp of stamps) if ((account[stamp] ?? -Infinity) > latest) account[stamp] = now
    // Without their key slots are begun afresh, and keep what they have counted.
    if (account.slots && (account.slots.due ?? -Infinity) > latest) account.slots.key = ''
  }
}
