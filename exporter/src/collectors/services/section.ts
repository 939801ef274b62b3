// The `services` section of watchpost.yml.
import { z } from 'zod'
import { duration } from '../../schema/duration.ts'
import { httpUrl } from '../../schema/http-url.ts'
import { name } from '../../schema/name.ts'
import { secret } from '../../schema/secret.ts'
import { dependency } from '../dependency.ts'

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
