// The last lines of every benchmark, in one form that a script can read.

/** Prints `ratio <name> <value> goal <goal>`; a value at or below the goal is what is wanted. */
export function printRatio(name: string, value: number, goal: number): void {
  process.stdout.write(`ratio ${name} ${value.toPrecision(3)} goal ${goal}\n`)
}

/** The middle of `values`: one noisy run moves it less than a mean. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** CPU that this process has spent, user and system, in seconds. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
