// The triggers of an n8n workflow as cron expressions, with the defaults that n8n fills in for what it did not store.
import { z } from 'zod'

const amount = z.coerce.number().int()

const interval = z.object({
  field: z.string().default('days'),
  secondsInterval: amount.default(30),
  minutesInterval: amount.default(5),
  hoursInterval: amount.default(1),
  daysInterval: amount.default(1),
  weeksInterval: amount.default(1),
  monthsInterval: amount.default(1),
  triggerAtDay: z.array(amount).default([0]),
  triggerAtDayOfMonth: amount.default(1),
  triggerAtHour: amount.default(0),
  triggerAtMinute: amount.default(0),
  expression: z.string().default(''),
})

const scheduleTrigger = z.object({ rule: z.object({ interval: z.array(interval).default([]) }) })

const time = z.object({
  mode: z.string().default('everyDay'),
  hour: amount.default(14),
  minute: amount.default(0),
  dayOfMonth: amount.default(1),
  weekday: amount.default(1),
  value: amount.default(2),
  unit: z.string().default('hours'),
  cronExpression: z.string().default('* * * * * *'),
})

const cronTrigger = z.object({ triggerTimes: z.object({ item: z.array(time).default([]) }) })

export interface Told {
  readonly expressions: readonly string[]
  /** What cannot be said as cron. */
  readonly unsaid: readonly string[]
}

const silent: Told = { expressions: [], unsaid: [] }

/** Of a node that is no trigger by time, nothing. */
export function readTrigger(type: string, parameters: unknown): Told {
  if (type === 'n8n-nodes-base.interval')
    return { ...silent, unsaid: ['an interval from the moment of activation'] }
  if (type === 'n8n-nodes-base.scheduleTrigger') {
    const rules = scheduleTrigger.safeParse(parameters).data?.rule.interval ?? []
    return collect(rules.map(fromInterval))
  }
  if (type === 'n8n-nodes-base.cron') {
    return collect((cronTrigger.safeParse(parameters).data?.triggerTimes.item ?? []).map(fromTime))
  }
  return silent
}

type Said = { readonly cron: string } | { readonly unsaid: string }

function collect(all: readonly Said[]): Told {
  return {
    expressions: all.flatMap((said) => ('cron' in said ? [said.cron] : [])),
    unsaid: all.flatMap((said) => ('unsaid' in said ? [said.unsaid] : [])),
  }
}

function fromInterval(rule: z.output<typeof interval>): Said {
  const { field, triggerAtMinute: minute, triggerAtHour: hour } = rule
  if (field === 'cronExpression') return { cron: rule.expression }
  if (field === 'seconds') return { cron: `*/${rule.secondsInterval} * * * * *` }
  if (field === 'minutes') return { cron: `*/${rule.minutesInterval} * * * *` }
  if (field === 'hours') return { cron: `${minute} */${rule.hoursInterval} * * *` }
  if (field === 'months')
    return { cron: `${minute} ${hour} ${rule.triggerAtDayOfMonth} */${rule.monthsInterval} *` }
  const every = field === 'days' ? rule.daysInterval : rule.weeksInterval
  // n8n wakes up each day or week, and counts by itself.
  if (every > 1) return { unsaid: `every ${every} ${field}` }
  if (field === 'days') return { cron: `${minute} ${hour} * * *` }
  if (field === 'weeks') return { cron: `${minute} ${hour} * * ${rule.triggerAtDay.join(',') || '*'}` }
  return { unsaid: `an interval of ${field}` }
}

function fromTime({ mode, hour, minute, ...rest }: z.output<typeof time>): Said {
  if (mode === 'custom') return { cron: rest.cronExpression }
  if (mode === 'everyMinute') return { cron: '* * * * *' }
  if (mode === 'everyHour') return { cron: `${minute} * * * *` }
  if (mode === 'everyDay') return { cron: `${minute} ${hour} * * *` }
  if (mode === 'everyWeek') return { cron: `${minute} ${hour} * * ${rest.weekday}` }
  if (mode === 'everyMonth') return { cron: `${minute} ${hour} ${rest.dayOfMonth} * *` }
  if (mode === 'everyX')
    return { cron: rest.unit === 'minutes' ? `*/${rest.value} * * * *` : `0 */${rest.value} * * *` }
  return { unsaid: `a time of the kind ${mode}` }
}
