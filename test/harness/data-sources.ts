// One data source, and servers for it to look at.
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { openSource } from '../../demo/sources/source.ts'
import type { Source, SourceApi } from '../../demo/sources/source.ts'
import type { Context, Watch } from '../../exporter/src/collectors/collector.ts'
import { dataSources } from '../../exporter/src/collectors/data-sources/data-sources.ts'
import type { DataSourcesReading } from '../../exporter/src/collectors/data-sources/data-sources.ts'
import type { DataSourceReading } from '../../exporter/src/collectors/data-sources/watch.ts'
import { collectorContext, startRound } from './collector.ts'

export function watchSource(
  source: object,
  context: Context = collectorContext(),
): Watch<DataSourcesReading> {
  return dataSources.create(dataSources.schema.parse([{ name: 'it', ...source }]), context)
}

/** What is found now, or at the Unix time that is given. */
export async function look(watched: Watch<DataSourcesReading>, now?: number): Promise<DataSourceReading> {
  const { targets } = await watched.collect(startRound(now === undefined ? {} : { now }))
  const [target] = targets
  if (!target) throw new Error('expected one target')
  return target
}

export function probeSource(source: object, context?: Context): Promise<DataSourceReading> {
  return look(watchSource(source, context))
}

/** A server for the test that is running. */
export async function serve(answer: RequestListener): Promise<string> {
  const listener = createServer(answer)
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    listener.closeAllConnections()
    listener.close()
  })
  return `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`
}

export const send =
  (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body)

/** One of the demo's doubles, for the test that is running. */
export async function openDouble(api: SourceApi): Promise<Source> {
  const entry = { name: 'double', port: 0, livenessPath: '/' }
  const source = await openSource({ entry, host: '127.0.0.1', port: 0, flapSeconds: 1, api })
  onTestFinished(() => source.close())
  return source
}
