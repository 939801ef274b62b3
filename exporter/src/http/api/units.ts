// Numbers as the data models want them, and what is not known as null.

export function sum<T>(items: readonly T[], pick: (item: T) => number): number {
  return items.reduce((total, item) => total + pick(item), 0)
}

/** The largest or smallest of those that are known. */
export function extreme(
  choose: (...values: number[]) => number,
  values: readonly (number | undefined)[],
): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : choose(...known)
}

export function times(value: number | undefined, factor: number): number | null {
  return value === undefined ? null : value * factor
}

export function moment(unixSeconds: number | undefined): string | null {
  return unixSeconds === undefined ? null : new Date(unixSeconds * 1000).toISOString()
}
