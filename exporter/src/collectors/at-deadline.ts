// For a round that waits for the work of another one, which may have more time.

// Less than what the runner grants a collector after the deadline.
const graceMilliseconds = 50

/** What `work` gives; what `instead` gives where it is not there shortly after the end of the round. */
export async function orAtDeadline<T>(
  work: Promise<T>,
  signal: AbortSignal,
  instead: () => T | undefined,
): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>()
  let timer: NodeJS.Timeout | undefined
  const giveUp = (): void => {
    const found = instead()
    if (found !== undefined) resolve(found)
  }
  const wait = (): void => void (timer = setTimeout(giveUp, graceMilliseconds))
  if (signal.aborted) wait()
  else signal.addEventListener('abort', wait, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', wait)
    clearTimeout(timer)
  }
}
