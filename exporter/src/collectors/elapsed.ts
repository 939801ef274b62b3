const toleratedSeconds = 5

/** Whether `seconds` have passed since `at`. A clock that was set back is not waited for until it comes there again. */
export function hasPassed(seconds: number, { at, now }: Readonly<Record<'at' | 'now', number>>): boolean {
  return now - at >= seconds || at - now > toleratedSeconds
}
