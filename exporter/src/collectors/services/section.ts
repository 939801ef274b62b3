// The `services` section of watchpost.yml.
import { z } from 'zod'
import { duration } from '../../schema/duration.ts'
import { httpUrl } from '../../schema/http-url.ts'
import { name } from '../../schema/name.ts'
import { secret } from '../../schema/secret.ts'
import type { Declaration, Reference } from '../collector.ts'

export const dependency = z.union(
  [
    name.transform((text) => ({ name: text, strength: 'hard' as const })),
    z.strictObject({ name, strength: z.enum(['hard', 'soft']).default('hard') }),
  ],
  { error: 'expected the name of a target, or a map with name and strength' },
)

const service = z.strictObject({
  name: name.describe('What the service is called in metrics, alerts and dashboards.'),
  url: httpUrl.describe('The health endpoint.'),
  timeout: duration.optional().describe('How long a probe may take; global.timeout where it is left out.'),
  method: z.enum(['GET', 'HEAD', 'POST']).default('GET').describe('The HTTP method of the probe.'),
  headers: z
    .record(z.string(), secret)
    .default({})
    .describe('Headers of the request; their values are never shown.'),
  expected_status: z
    .array(z.int().min(100).max(599))
    .min(1)
    .optional()
    .describe('HTTP status codes that are well; any from 200 to 299 where it is left out.'),
  depends_on: z.array(dependency).default([]).describe('Targets that the service cannot do without.'),
})

export const section = z
  .array(service)
  .min(1)
  .describe('HTTP services, asked for their health at each scrape.')

export type Service = z.output<typeof service>

export function declarations(services: readonly Service[]): Declaration[] {
  return services.map((item, index) => ({ path: [index, 'name'], name: item.name }))
}

export function references(services: readonly Service[]): Reference[] {
  return services.flatMap((item, index) =>
    item.depends_on.map((edge, position) => ({
      path: [index, 'depends_on', position],
      name: edge.name,
      to: 'target' as const,
      edge: { from: item.name, strength: edge.strength },
    })),
  )
}
