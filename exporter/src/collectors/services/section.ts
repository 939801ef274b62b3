// The `services` section of watchpost.yml.
import { z } from 'zod'
import { duration } from '../../schema/duration.ts'
import { name } from '../../schema/name.ts'
import { dependency } from '../dependency.ts'
import { httpRequestFields } from '../http-request.ts'

const service = z.strictObject({
  name: name.describe('What the service is called in metrics, alerts and dashboards.'),
  ...httpRequestFields,
  url: httpRequestFields.url.describe('The health endpoint.'),
  timeout: duration.optional().describe('How long a probe may take; global.timeout where it is left out.'),
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
