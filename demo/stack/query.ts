// What Prometheus knows, asked over its API.

export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** The samples of an instant query. */
export async function queryPrometheus(url: string, promql: string): Promise<readonly Sample[]> {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(promql)}`, {
    signal: AbortSignal.timeout(10_000),
  })
  const answer = (await response.json()) as Answer
  if (answer.status !== 'success') throw new Error(`query ${promql}: ${answer.error ?? response.status}`)
  return (answer.data?.result ?? []).map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
}

interface Answer {
  readonly status: 'success' | 'error'
  readonly error?: string
  readonly data?: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>
      readonly value: readonly [number, string]
    }[]
  }
}
