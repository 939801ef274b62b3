// The schema of recovery.yml.
import { z } from 'zod'
import { cron, timezone } from '../../../exporter/src/schema/cron.ts'
import { duration } from '../../../exporter/src/schema/duration.ts'
import { name } from '../../../exporter/src/schema/name.ts'
import { ratio } from '../../../exporter/src/schema/ratio.ts'
import { secretFile } from '../../../exporter/src/schema/secret.ts'
import { actions } from '../actions/index.ts'
import { place } from '../place.ts'
import { budget, count, modes, policySchema, rememberedDuration } from './policy.ts'

const [firstTarget, ...otherTargets] = actions.map(({ type, fields }) =>
  fields.extend({ name, type: z.literal(type) }).strict(),
)
if (!firstTarget) throw new Error('expected at least one action')

interface NamedTarget {
  readonly name: string
  readonly type: string
}

const limits = z.strictObject({
  max_concurrent: count.prefault(1).describe('Actions under way at once, verification included.'),
  budget: budget.prefault({ actions: 6, per: '1h' }).describe('Of all policies together.'),
  startup_hold: duration.prefault('5m').describe('No action this soon after the start.'),
  max_age: duration.prefault('5m').describe('An alert that waited longer to be considered is stale.'),
  approval: rememberedDuration.prefault('15m').describe('How long an approval is good.'),
  blast_radius: z
    .strictObject({
      targets: count.prefault(3).describe('That many alerts with a policy at once: no action.'),
      share: ratio.prefault('30%').describe('That share of all targets, once there are two.'),
    })
    .prefault({}),
})

const window = z.strictObject({
  cron: cron.describe('When it begins.'),
  timezone: timezone.prefault('UTC'),
  for: rememberedDuration.describe('How long it lasts.'),
  targets: z.array(name).min(1).optional().describe('Of targets, those it is for; all where it is left out.'),
})

export const recoverySchema = z.strictObject({
  mode: z.enum(modes).prefault('off').describe('The most that any policy may do.'),
  token_file: secretFile.optional().describe('What Alertmanager sends as its bearer token.'),
  control_token_file: secretFile.optional().describe('What approve, pause, resume and status need.'),
  prometheus: place('Where alerts are confirmed.').optional(),
  alertmanager: place('Where silences are looked up and escalations go.').optional(),
  exporter: place('What probes afresh.').optional(),
  interval: duration
    .refine((seconds) => seconds >= 0.1, 'expected at least 100ms')
    .prefault('5s')
    .describe('How often open episodes are considered.'),
  limits: limits.prefault({}),
  maintenance: z.array(window).prefault([]).describe('Times without actions.'),
  targets: z
    .array(z.discriminatedUnion('type', [firstTarget, ...otherTargets]))
    // Each action knows the rest of its own targets.
    .transform((list) => list as unknown as readonly NamedTarget[])
    .prefault([])
    .describe('The allow-list: nothing else is ever acted on.'),
  policies: z.array(policySchema).prefault([]).describe('The first that matches an alert decides.'),
})

export type Settings = z.output<typeof recoverySchema>
export type Policy = Settings['policies'][number]

export function jsonSchema(): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(recoverySchema, { io: 'input', unrepresentable: 'any', reused: 'inline' })
}
