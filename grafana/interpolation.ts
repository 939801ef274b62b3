// Fills the variables of a query in as Grafana does before it sends it.

export interface Scope {
  /** Values that are chosen for each variable: one, several, or all of them. */
  readonly variables: Readonly<Record<string, string | readonly string[] | typeof all>>
  readonly rangeSeconds: number
  readonly intervalSeconds: number
  readonly scrapeIntervalSeconds: number
}

export const all: unique symbol = Symbol('all values')

/** What a variable with the choice "All" is sent as. */
const allValue = '.+'

const reference = /\$\{(\w+)(?::(\w+))?\}|\$(\w+)/g

export function interpolate(query: string, scope: Scope): string {
  const windows = builtIn(scope)
  return query.replaceAll(reference, (whole, braced?: string, format?: string, bare?: string) => {
    const name = braced ?? bare ?? ''
    if (windows[name] !== undefined) return windows[name]
    const value = scope.variables[name]
    // Grafana leaves what it does not know as it is, and so the query fails there as here.
    if (value === undefined) return whole
    return value === all ? allValue : formatted(value, format)
  })
}

function builtIn(scope: Scope): Readonly<Record<string, string>> {
  const { rangeSeconds, intervalSeconds, scrapeIntervalSeconds } = scope
  const rateSeconds = Math.max(intervalSeconds + scrapeIntervalSeconds, 4 * scrapeIntervalSeconds)
  return {
    __range: `${rangeSeconds}s`,
    __range_s: String(rangeSeconds),
    __interval: `${intervalSeconds}s`,
    __auto: `${intervalSeconds}s`,
    __rate_interval: `${rateSeconds}s`,
  }
}

function formatted(value: string | readonly string[], format: string | undefined): string {
  const values = typeof value === 'string' ? [value] : value
  if (format === 'raw') return values.join(',')
  if (format === 'regex') {
    const escaped = values.map((one) => one.replaceAll(/[\\^$*+?.()|[\]{}/]/g, String.raw`\$&`))
    return escaped.length === 1 ? (escaped[0] ?? '') : `(${escaped.join('|')})`
  }
  throw new Error(`variable format ${String(format)}: expected raw or regex, which need no quoting`)
}

/** The step of a range query: never finer than the panel has points or than samples come in. */
export function stepSeconds(rangeSeconds: number, maxDataPoints: number, smallest: number): number {
  return Math.max(smallest, Math.ceil(rangeSeconds / maxDataPoints))
}
