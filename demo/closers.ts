// What has to be closed at the end, in the order in which it was opened.
export type Closer = () => Promise<void>

/** Notes that `opened` has to be closed. */
export async function keep<T extends { readonly close: Closer }>(
  closers: Closer[],
  opening: T | Promise<T>,
): Promise<T> {
  const opened = await opening
  closers.push(opened.close)
  return opened
}

/** Last opened, first closed; one that fails does not keep the others open. */
export async function closeAll(closers: readonly Closer[]): Promise<void> {
  const failures: unknown[] = []
  for (const close of closers.toReversed()) await close().catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw new AggregateError(failures, 'the demo fleet did not end cleanly')
}
