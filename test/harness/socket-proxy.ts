// What wollomatic/socket-proxy makes of its command line.

/** Whether a request passes. As in its source, `^` and `$` are put around the pattern without a group. */
export function allows(command: readonly string[], method: string, path: string): boolean {
  const flag = `-allow${method}=`
  return command.some(
    (word) => word.startsWith(flag) && new RegExp(`^${word.slice(flag.length)}$`).test(path),
  )
}
