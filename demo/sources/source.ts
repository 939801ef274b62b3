// A double of an outside data source: an endpoint with a quota, whose data change with time until they stall.
import type { IncomingMessage } from 'node:http'
import type { SourceEntry } from '../catalogue.ts'
import { httpFaults, openEndpoint } from '../endpoint.ts'
import type { Answer } from '../endpoint.ts'
import type { Breakable } from '../fault.ts'
import type { Quota } from './quota.ts'

const changeSeconds = 60

export interface SourceContext {
  /** Unix time in seconds. */
  readonly now: number
  /** When the data last changed, Unix time in seconds. */
  readonly changedAt: number
}

/** What a source is, apart from being served. */
export interface SourceApi {
  readonly quota: Quota
  readonly errorBody: unknown
  answer(request: IncomingMessage, url: URL, context: SourceContext): Promise<Answer>
}

export interface Source {
  readonly name: string
  readonly url: string
  readonly livenessUrl: string
  readonly breakable: Breakable
  readonly isStalled: () => boolean
  readonly close: () => Promise<void>
}

export interface SourceOptions {
  readonly entry: SourceEntry
  readonly host: string
  readonly port: number
  readonly flapSeconds: number
  readonly api: SourceApi
}

export async function openSource(options: SourceOptions): Promise<Source> {
  const { entry, api } = options
  const { name } = entry
  let stalledAt: number | undefined
  const endpoint = await openEndpoint({
    ...options,
    name,
    errorBody: api.errorBody,
    answer(request, url) {
      const now = Date.now() / 1000
      const changedAt = Math.floor((stalledAt ?? now) / changeSeconds) * changeSeconds
      return api.answer(request, url, { now, changedAt })
    },
  })
  const breakable: Breakable = {
    name,
    kind: 'data_source',
    faults: [...httpFaults, 'quota', 'stall'],
    async break(fault) {
      if (fault === 'quota') api.quota.exhaust(true)
      else if (fault === 'stall') stalledAt = Date.now() / 1000
      else await endpoint.break(fault)
    },
    async heal() {
      api.quota.exhaust(false)
      stalledAt = undefined
      await endpoint.heal()
    },
  }
  return {
    name,
    url: endpoint.url,
    livenessUrl: endpoint.url + entry.livenessPath,
    breakable,
    isStalled: () => stalledAt !== undefined,
    close: endpoint.close,
  }
}
