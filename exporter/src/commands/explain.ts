// What a metric says, from the same declarations as the page itself.
import { collectors } from '../collectors/all.ts'
import { targetMetrics } from '../collectors/target-families.ts'
import { nearest } from '../config/problem.ts'
import { pageMetrics } from '../http/page.ts'
import type { Metric } from '../metrics/metric.ts'
import { createSelfMetrics } from '../metrics/self.ts'
import type { Command } from './command.ts'

const mostSuggestions = 10

export const explainMetric: Command = {
  name: 'explain',
  summary: 'Says what a metric means.',
  positionals: 'METRIC',
  flags: {},
  async run({ positionals, write, writeError }) {
    const [name, ...others] = positionals
    if (name === undefined || others.length > 0) {
      writeError(
        'watchpost: explain expects the name of one metric, as in watchpost explain watchpost_target_up\n',
      )
      return 2
    }
    const groups: readonly (readonly [string, readonly Metric[]])[] = [
      ['every target', targetMetrics],
      ...collectors.map((collector) => [`the collector ${collector.name}`, collector.metrics] as const),
      ['Watchpost itself', pageMetrics],
      [
        'the process of Watchpost',
        createSelfMetrics()
          .families()
          .map(({ metric }) => metric),
      ],
    ]
    const wanted = name.replace(/_(?:bucket|sum|count)$/, '')
    for (const [source, metrics] of groups) {
      const metric = metrics.find(
        (one) => one.name === name || (one.type === 'histogram' && one.name === wanted),
      )
      if (!metric) continue
      write(describeMetric(metric, source))
      return 0
    }
    const names = groups.flatMap(([, metrics]) => metrics.map((metric) => metric.name))
    writeError(
      `watchpost: there is no metric ${name}${suggest(name, names)}; docs/metrics.md lists them all, and docs/alerts.md the alerts\n`,
    )
    return 2
  },
}

/** The one that was probably meant, else those that the text is a part of. */
function suggest(text: string, names: readonly string[]): string {
  const meant = nearest(text, names)
  if (meant !== undefined) return `, did you mean ${meant}?`
  const holding = names.filter((name) => name.includes(text)).slice(0, mostSuggestions)
  return holding.length === 0 ? '' : `; there are ${holding.join(', ')}`
}

function describeMetric({ name, help, type, labels }: Metric, source: string): string {
  const shown = labels.length === 0 ? 'none' : labels.join(', ')
  return `${name}\n  ${help}\n  type    ${type}\n  labels  ${shown}\n  from    ${source}\n`
}
