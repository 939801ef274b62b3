// A policy: which alert may lead to which action on which target, and all that must hold for it.
import { z } from 'zod'
import { duration } from '../../../exporter/src/schema/duration.ts'
import { name } from '../../../exporter/src/schema/name.ts'
import { actionNames } from '../actions/action.ts'
import { matcher } from '../matcher.ts'
import { memorySeconds } from '../state/state.ts'

export const modes = ['off', 'dry_run', 'approve', 'auto'] as const
export type Mode = (typeof modes)[number]

/** Not longer than what is remembered: a longer one would silently be a shorter one. */
export const rememberedDuration = duration.refine(
  (seconds) => seconds > 0 && seconds <= memorySeconds,
  'expected a duration of at most 7d',
)

export const count = z.int().min(1).max(1_000)

export const budget = z.strictObject({
  actions: count.describe('How many actions.'),
  per: rememberedDuration.describe('Within any span of this length.'),
})

const healthy = z
  .strictObject({
    probe: name.optional().describe("A target of the exporter's configuration, probed afresh."),
    query: z.string().min(1).optional().describe('PromQL that gives at least one series exactly while well.'),
  })
  .refine(
    ({ probe, query }) => (probe === undefined) !== (query === undefined),
    'expected either probe or query',
  )

export const policySchema = z.strictObject({
  name,
  mode: z.enum(modes).prefault('dry_run').describe('The smaller of this and the mode above all policies.'),
  matchers: z
    .array(matcher)
    .min(1)
    .refine(
      (list) => list.some(({ label, equals }) => label === 'alertname' && equals !== undefined),
      'expected one of them to name the alert, as in alertname="ServiceDown"',
    )
    .describe("All must hold, of the alert's labels in Prometheus."),
  action: z.enum(actionNames),
  target: name.describe('One of targets: the alert has no say in it.'),
  healthy: healthy.describe('How it shows that all is well: must fail before the action and hold after it.'),
  depends_on: z.array(name).prefault([]).describe('Targets of the exporter that must be up.'),
  firing_for: duration.prefault('1m').describe('How long the alert must have fired.'),
  timeout: rememberedDuration.prefault('60s').describe('How long the action may take.'),
  settle: duration.prefault('15s').describe('How long to leave it alone before it is verified.'),
  window: rememberedDuration.prefault('3m').describe('How long it may take to become healthy.'),
  cooldown: rememberedDuration.prefault('10m').describe('Between two actions on one target.'),
  attempts: count.prefault(2).describe('Actions for one firing of the alert.'),
  budget: budget.prefault({ actions: 3, per: '6h' }),
  breaker: z
    .strictObject({
      failures: count.prefault(3).describe('Attempts that did not help, or not for long.'),
      per: rememberedDuration.prefault('12h'),
      reset: rememberedDuration.prefault('12h').describe('How long it stays open; then one attempt decides.'),
    })
    .prefault({}),
  recurrence: rememberedDuration
    .prefault('30m')
    .describe('An alert that is back this soon after it was fixed counts as a failure.'),
})
