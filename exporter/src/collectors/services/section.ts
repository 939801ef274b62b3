// The `services` section of watchpost.yml.
import { z } from 'zod'
import { timeLimit } from '../../schema/duration.ts'
import { name } from '../../schema/name.ts'
import { dependency } from '../dependency.ts'
import { checkRequest, httpRequestFields } from '../http-request.ts'
import { assertions } from '../judgement/assertions.ts'
import { confirm } from '../judgement/confirmation.ts'
import { expectedStatus } from '../judgement/status-range.ts'
import { values } from '../judgement/values.ts'

const service = z
  .strictObject({
    name: name.describe('What the service is called in metrics, alerts and dashboards.'),
    ...httpRequestFields,
    url: httpRequestFields.url.describe('The health endpoint.'),
    timeout: timeLimit.optional().describe('How long a probe may take; global.timeout where it is left out.'),
    expected_status: expectedStatus
      .optional()
      .describe('HTTP statuses that are well; 200-299 where it is left out.'),
    judge_by: z
      .enum(['body', 'status'])
      .default('body')
      .describe(
        'body expects a JSON object by the health contract; status is content with the HTTP status and the assertions.',
      ),
    assert: assertions.default([]).describe('Named demands on the answer, each a series of its own.'),
    values: values
      .default({})
      .describe(
        'Values taken from the JSON body; uptime (s), memory and cpu (percent), requests and errors replace the fields of the health contract.',
      ),
    confirm: confirm
      .optional()
      .describe('How many of how many probes must fail before the service is in error, such as 2 of 3.'),
    depends_on: z.array(dependency).default([]).describe('Targets that the service cannot do without.'),
  })
  .superRefine(checkRequest)
  .refine(({ method, judge_by }) => method !== 'HEAD' || judge_by === 'status', {
    path: ['method'],
    error: 'expected judge_by: status beside method: HEAD, which has no body',
  })

export const section = z
  .array(service)
  .min(1)
  .describe('HTTP services, asked for their health at each scrape.')

export type Service = z.output<typeof service>
