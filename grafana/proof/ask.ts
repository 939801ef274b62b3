// Runs one query of a panel as Grafana would, and keeps what the judgement needs.
import { interpolate, stepSeconds } from '../interpolation.ts'
import type { Scope } from '../interpolation.ts'
import type { Query } from '../queries.ts'

export interface Series {
  readonly labels: Readonly<Record<string, string>>
  /** Unix seconds and value. */
  readonly points: readonly (readonly [number, number])[]
}

export interface Answer {
  readonly query: string
  readonly series: readonly Series[]
  readonly milliseconds: number
  readonly error: string | undefined
}

export interface Asked {
  readonly query: Query
  readonly answer: Answer
}

export interface Asking {
  readonly prometheusUrl: string
  /** Unix time at which the range ends, in seconds. */
  readonly now: number
  readonly rangeSeconds: number
  readonly scrapeIntervalSeconds: number
  readonly variables: Scope['variables']
  /** Unix time before which nothing counts as data. */
  readonly since?: number
}

/** A graph of usual width has about as many points. */
const maxDataPoints = 1000

interface Body {
  readonly status: 'success' | 'error'
  readonly error?: string
  readonly data?: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>
      readonly value?: readonly [number, string]
      readonly values?: readonly (readonly [number, string])[]
    }[]
  }
}

export async function ask(query: Query, asking: Asking): Promise<Answer> {
  const { now, rangeSeconds, scrapeIntervalSeconds, variables, since = 0 } = asking
  const smallest = query.step === '1m' ? 60 : query.step === '5m' ? 300 : scrapeIntervalSeconds
  const intervalSeconds = stepSeconds(rangeSeconds, maxDataPoints, smallest)
  const expr = interpolate(query.expr, { variables, rangeSeconds, intervalSeconds, scrapeIntervalSeconds })
  const isRange = query.shape === 'series' || query.shape === 'heatmap'
  const times = isRange
    ? { start: String(now - rangeSeconds), end: String(now), step: String(intervalSeconds) }
    : { time: String(now) }
  const began = performance.now()
  const body = await post(`${asking.prometheusUrl}/api/v1/${isRange ? 'query_range' : 'query'}`, {
    query: expr,
    ...times,
  })
  const milliseconds = performance.now() - began
  const series = (body.data?.result ?? []).map(({ metric, value, values }) => ({
    labels: metric,
    points: (values ?? (value ? [value] : []))
      .filter(([time]) => time >= since)
      .map(([time, text]) => [time, Number(text)] as const),
  }))
  const shown = series.filter(({ points }) => points.length > 0)
  return { query: expr, series: shown, milliseconds, error: body.error }
}

async function post(url: string, form: Record<string, string>): Promise<Body> {
  const response = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams(form),
    signal: AbortSignal.timeout(30_000),
  })
  return (await response.json()) as Body
}

/** The values that a variable's label_values query lists. */
export async function listValues(definition: string, prometheusUrl: string): Promise<readonly string[]> {
  const [, selector = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(definition) ?? []
  const url = `${prometheusUrl}/api/v1/label/${label}/values?match[]=${encodeURIComponent(selector)}`
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) })
  const body = (await response.json()) as { readonly data?: readonly string[]; readonly error?: string }
  if (body.data === undefined)
    throw new Error(`${definition}: expected values, got ${body.error ?? response.status}`)
  return body.data
}
