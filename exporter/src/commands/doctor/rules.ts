// Whether the rules are there, and whether Prometheus can evaluate them.
import { z } from 'zod'
import { finding, well } from './check.ts'
import type { Check } from './check.ts'

const rule = z.object({
  name: z.string(),
  query: z.string(),
  type: z.enum(['alerting', 'recording']),
  health: z.string(),
  lastError: z.string().optional(),
})

export const rules = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(rule),
      interval: z.number(),
      evaluationTime: z.number(),
    }),
  ),
})

export function judgeRules({ groups }: z.output<typeof rules>): Check[] {
  const all = groups.flatMap((group) => group.rules)
  const alerting = all.filter(({ type, query }) => type === 'alerting' && query.includes('watchpost_'))
  if (alerting.length === 0) {
    return [
      finding(
        'rules',
        `none of the ${all.length} rules alerts on what Watchpost measures`,
        'copy prometheus/rules beside prometheus.yml and name rules/*.rules.yml under rule_files',
      ),
    ]
  }
  const broken = all.filter(({ health }) => health === 'err')
  const slow = groups.filter(({ interval, evaluationTime }) => evaluationTime > interval)
  return [
    well('rules', `${all.length} are loaded, ${alerting.length} of them alert on what Watchpost measures`),
    ...broken.map(({ name, lastError = 'it does not say why' }) =>
      finding(`rule ${name}`, lastError, 'promtool check rules, and see that its metrics have no doubles'),
    ),
    ...slow.map(({ name, interval, evaluationTime }) =>
      finding(
        `rule group ${name}`,
        `takes ${evaluationTime.toFixed(1)} s and is due every ${interval} s`,
        'give Prometheus more processor time, or evaluate less often',
      ),
    ),
  ]
}
