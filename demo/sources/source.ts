// A double of an outside data source: an endpoint with a quota, whose data change with time until they stall.
import type { IncomingMessage } from 'node:http'
import type { SourceEntry } from '../catalogue.ts'
import { certificateFaults } from '../authority.ts'
import type { Authority } from '../authority.ts'
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
  readonly slowMilliseconds?: number | undefined
  readonly api: SourceApi
  /** Of those that are reached by TLS. */
  readonly authority?: Authority
}

export async function openSource(options: SourceOptions): Promise<Source> {
  const { entry, api } = options
  const { name } = entry
  const authority = entry.isSecure ? options.authority : undefined
  let stalledAt: number | undefined
  const endpoint = await openEndpoint({
    ...options,
    name,
    ...(authority && { identity: authority.issue() }),
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
    faults: [...httpFaults, 'quota', 'stall', ...(authority ? certificateFaults : [])],
    async break(fault) {
      const certificate = certificateFaults.find((known) => known === fault)
      if (fault === 'quota') api.quota.exhaust(true)
      else if (fault === 'stall') stalledAt = Date.now() / 1000
      else if (authority && certificate) endpoint.present(authority.issue(certificate))
      else await endpoint.break(fault)
    },
    async heal() {
      api.quota.exhaust(false)
      stalledAt = undefined
      if (authority) endpoint.present(authority.issue())
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
