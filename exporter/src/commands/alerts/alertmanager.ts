// What the commands ask of a running Alertmanager, over its own API.
import { parse } from 'yaml'
import type { InhibitRule, Route } from './routing.ts'
import type { NamedInterval } from './time-interval.ts'

export interface ActiveAlert {
  readonly fingerprint: string
  readonly labels: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly receivers: readonly { readonly name: string }[]
  readonly status: {
    readonly state: 'active' | 'suppressed' | 'unprocessed'
    readonly mutedBy?: readonly string[]
  }
}

export interface Silence {
  readonly id: string
  readonly comment: string
  readonly createdBy: string
  readonly endsAt: string
  readonly status: { readonly state: 'active' | 'pending' | 'expired' }
  readonly matchers: readonly {
    readonly name: string
    readonly value: string
    readonly isRegex: boolean
    readonly isEqual?: boolean
  }[]
}

export interface AlertmanagerConfig {
  readonly route: Route
  readonly inhibit_rules?: readonly InhibitRule[]
  readonly time_intervals?: readonly NamedInterval[]
}

interface PostedAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly endsAt: string
}

export interface Alertmanager {
  config(): Promise<AlertmanagerConfig>
  alerts(filter?: readonly string[]): Promise<readonly ActiveAlert[]>
  silences(): Promise<readonly Silence[]>
  post(alerts: readonly PostedAlert[]): Promise<void>
  /** The text of its /metrics. */
  metrics(): Promise<string>
}

const requestMilliseconds = 10_000

export function connectAlertmanager(baseUrl: string): Alertmanager {
  const base = baseUrl.replace(/\/+$/, '')

  async function ask(path: string, body?: unknown): Promise<string> {
    const posted = {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }
    const signal = AbortSignal.timeout(requestMilliseconds)
    const response = await fetch(base + path, { signal, ...(body === undefined ? {} : posted) }).catch(
      (error: unknown) => {
        throw new Error(`alertmanager ${base}: expected an answer, got none`, { cause: error })
      },
    )
    const text = await response.text()
    if (response.ok) return text
    throw new Error(
      `alertmanager ${base}${path}: expected status 200, got ${response.status}: ${text.slice(0, 200)}`,
    )
  }
  const askJson = async <T>(path: string): Promise<T> => JSON.parse(await ask(path)) as T
  return {
    async config() {
      const status = await askJson<{ readonly config: { readonly original: string } }>('/api/v2/status')
      return parse(status.config.original) as AlertmanagerConfig
    },
    alerts: (filter = []) => {
      const query = new URLSearchParams(filter.map((matcher): [string, string] => ['filter', matcher]))
      return askJson(`/api/v2/alerts?${query.toString()}`)
    },
    silences: () => askJson('/api/v2/silences'),
    post: async (alerts) => void (await ask('/api/v2/alerts', alerts)),
    metrics: () => ask('/metrics'),
  }
}
