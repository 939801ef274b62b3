// The key `quota` of a data source.
import { Cron } from 'croner'
import { z } from 'zod'
import { cron, timezone } from '../../../schema/cron.ts'
import { duration } from '../../../schema/duration.ts'
import { jsonPath } from '../../judgement/json-path.ts'

const message = 'expected a time of day and a zone such as "08:00 Asia/Taipei", or a JSON path'

/** The next moment at which a daily quota is full again. */
export interface DailyReset {
  next(now: number): number | undefined
}

const daily = z
  .string()
  .regex(/^\d{2}:\d{2} \S+$/, message)
  .transform((text, context): DailyReset => {
    const [clock = '', zone = ''] = text.split(' ')
    const [hour, minute] = clock.split(':').map(Number)
    const expression = `${minute} ${hour} * * *`
    if (!cron.safeParse(expression).success || !timezone.safeParse(zone).success) {
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    }
    const job = new Cron(expression, { timezone: zone })
    return { next: (now) => (job.nextRun(new Date(now * 1000))?.getTime() ?? Number.NaN) / 1000 }
  })

const amount = z.union([z.number().positive(), jsonPath], {
  error: 'expected a number above 0, or a JSON path',
})

export const quota = z
  .strictObject({
    used: jsonPath.optional().describe('Where the body says how much is used.'),
    remaining: jsonPath.optional().describe('Where the body says how much is left.'),
    limit: amount.optional().describe('How much there is, as a number or where the body says it.'),
    unit: z
      .string()
      .regex(/^[a-z][a-z_]{0,30}$/, 'expected a unit such as requests or megabytes')
      .optional()
      .describe('What is counted; requests where it is left out.'),
    resets: z.union([jsonPath, daily], { error: message }).optional().describe('When it is full again.'),
    window: duration
      .optional()
      .describe('Over which time our own requests count, where nothing tells the quota.'),
    policy: z.string().min(1).optional().describe('Of several quotas in the headers, the one of this name.'),
    statuses: z
      .array(z.int().min(400).max(599))
      .default([429])
      .describe('HTTP statuses that say that the quota is used up; 402 or 403 with some.'),
    exceeded: z
      .string()
      .min(1)
      .optional()
      .describe('A text in the body that says the same, whatever the status.'),
  })
  .describe('How the quota is told. Its usual header fields are understood without this.')

export type QuotaSection = z.output<typeof quota>
