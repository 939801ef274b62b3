// Prometheus and Alertmanager, asked for what only they know. Whatever they answer is checked before it is believed.
import { z } from 'zod'

const timeoutMilliseconds = 5_000
const maxBytes = 16 * 2 ** 20

const matrix = z.object({
  status: z.literal('success'),
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        values: z.array(z.tuple([z.number(), z.string()])).default([]),
        value: z.tuple([z.number(), z.string()]).optional(),
      }),
    ),
  }),
})

export interface Series {
  readonly labels: Readonly<Record<string, string>>
  /** Unix seconds and value; not finite ones are left out. */
  readonly points: readonly (readonly [number, number])[]
}

interface Range {
  readonly from: number
  readonly to: number
  readonly stepSeconds: number
}

export async function queryRange(
  base: string,
  query: string,
  { from, to, stepSeconds }: Range,
): Promise<Series[]> {
  const parameters = { query, start: String(from), end: String(to), step: String(stepSeconds) }
  return readSeries(await getJson(base, { path: '/api/v1/query_range', parameters }))
}

/** Until `signal` at most, where it ends before the time that every question has. */
export async function queryNow(base: string, query: string, signal?: AbortSignal): Promise<Series[]> {
  const question = { path: '/api/v1/query', parameters: { query } }
  return readSeries(await getJson(base, question, signal))
}

function readSeries(answer: unknown): Series[] {
  const { data } = parse(matrix, answer)
  return data.result.map(({ metric, values, value }) => {
    const points = (value ? [value] : values).map(([at, text]) => [at, Number(text)] as const)
    return { labels: metric, points: points.filter(([, number]) => Number.isFinite(number)) }
  })
}

const alerts = z.array(
  z.object({
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()),
    startsAt: z.iso.datetime({ offset: true }),
    status: z.object({ state: z.enum(['active', 'suppressed', 'unprocessed']) }),
  }),
)

export type UpstreamAlert = z.output<typeof alerts>[number]

export async function readAlerts(base: string): Promise<UpstreamAlert[]> {
  return parse(
    alerts,
    await getJson(base, { path: '/api/v2/alerts', parameters: { inhibited: 'true', silenced: 'true' } }),
  )
}

interface Question {
  readonly path: string
  readonly parameters?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
}

/** Any other question to a program behind us. */
export async function askUpstream<T>(base: string, question: Question, schema: z.ZodType<T>): Promise<T> {
  return parse(schema, await getJson(base, question))
}

/** Unix time by its clock, in whole seconds; undefined where it does not tell. */
export async function readClock(base: string): Promise<number | undefined> {
  const response = await ask(new URL(`${base.replace(/\/$/, '')}/-/healthy`))
  await readText(response)
  const at = Date.parse(response.headers.get('date') ?? '')
  return Number.isFinite(at) ? at / 1000 : undefined
}

function parse<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Error(
    `expected the answer of its API, got something else at ${issue?.path.join('.') || 'its top'}`,
  )
}

async function getJson(
  base: string,
  { path, parameters = {}, headers = {} }: Question,
  limit?: AbortSignal,
): Promise<unknown> {
  const url = new URL(`${base.replace(/\/$/, '')}${path}`)
  for (const [key, value] of Object.entries(parameters)) url.searchParams.set(key, value)
  const response = await ask(url, headers, limit)
  const text = await readText(response)
  if (!response.ok) throw new Error(`expected HTTP status 200, got ${response.status}`)
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new Error('expected JSON, got something else')
  }
}

async function ask(
  url: URL,
  headers: Readonly<Record<string, string>> = {},
  limit?: AbortSignal,
): Promise<Response> {
  const timeout = AbortSignal.timeout(timeoutMilliseconds)
  const signal = limit ? AbortSignal.any([limit, timeout]) : timeout
  try {
    return await fetch(url, { headers, signal, redirect: 'error' })
  } catch (error) {
    throw new Error('it could not be asked', { cause: error })
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.length
      if (size > maxBytes) break
      chunks.push(chunk)
    }
  } catch (error) {
    throw new Error('its answer broke off', { cause: error })
  }
  if (size > maxBytes) throw new Error(`expected at most ${maxBytes} bytes, got more`)
  return Buffer.concat(chunks).toString()
}
