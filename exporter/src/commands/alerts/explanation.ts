// Where an alert with given labels goes now, and what holds it back.
import type { ActiveAlert, Alertmanager, AlertmanagerConfig, Silence } from './alertmanager.ts'
import { inhibitor, matches, parseMatcher, route } from './routing.ts'
import type { Labels, Taken } from './routing.ts'
import { isOpen } from './time-interval.ts'
import type { NamedInterval } from './time-interval.ts'

/** Undefined when the text is not `{name="value", …}`. */
export function parseSelector(text: string): Labels | undefined {
  const inner = /^\{(.*)\}$/s.exec(text.trim())?.[1]
  if (inner === undefined) return undefined
  const parts = inner.match(/[\w.:-]+\s*=\s*"(?:[^"\\]|\\.)*"/g) ?? []
  const rest = parts.reduce((left, part) => left.replace(part, ''), inner)
  if (parts.length === 0 || !/^[\s,]*$/.test(rest)) return undefined
  const pairs = parts.map(parseMatcher).filter((matcher) => matcher !== undefined)
  return Object.fromEntries(pairs.map(({ name, value }) => [name, value]))
}

/** Of an alert that does not fire and is given without a severity, what holds for each. */
const severities = ['critical', 'warning']

export async function explainAlert(alertmanager: Alertmanager, labels: Labels): Promise<string> {
  const filter = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  const [config, alerts, silences] = await Promise.all([
    alertmanager.config(),
    alertmanager.alerts(),
    alertmanager.silences(),
  ])
  const firing = await alertmanager.alerts(filter)
  const found = { config, alerts, silences }
  if (firing.length > 0) return firing.map((alert) => explainOne(found, alert.labels, alert)).join('')
  const supposed = labels['severity'] ? [labels] : severities.map((severity) => ({ ...labels, severity }))
  return supposed.map((subject) => explainOne(found, subject)).join('')
}

interface Found {
  readonly config: AlertmanagerConfig
  readonly alerts: readonly ActiveAlert[]
  readonly silences: readonly Silence[]
}

function explainOne({ config, alerts, silences }: Found, subject: Labels, alert?: ActiveAlert): string {
  const state = alert
    ? `fires since ${alert.startsAt}, ${alert.status.state}`
    : 'does not fire; this is what would happen if it did now'
  const held = silences.filter(
    ({ status, matchers }) => status.state === 'active' && isSilenced(matchers, subject),
  )
  return [
    `${describe(subject)}  ${state}`,
    ...route(config.route, subject).map((taken) => describeRoute(taken, config.time_intervals ?? [])),
    ...(config.inhibit_rules ?? []).flatMap((rule) => {
      const source = inhibitor(rule, subject, others(alerts, alert))
      return source
        ? [`  inhibition  ${rule.name ?? 'a rule without a name'}, by ${describe(source.labels)}`]
        : []
    }),
    ...held.map(
      ({ comment, createdBy, endsAt }) => `  silence     ${comment}, by ${createdBy} until ${endsAt}`,
    ),
    '',
  ].join('\n')
}

function describeRoute({ receiver, path, mutedDuring }: Taken, intervals: readonly NamedInterval[]): string {
  const way = path.length > 0 ? path.join(' → ') : 'the default route'
  const silent = mutedDuring.length > 0 ? `; silent during ${mutedDuring.join(', ')}` : ''
  const now = new Date()
  const open = intervals
    .filter((one) => mutedDuring.includes(one.name) && isOpen(one, now))
    .map(({ name }) => name)
  const muted = open.length > 0 ? `\n  muted       now, by ${open.join(', ')}` : ''
  return `  receiver    ${receiver}  (${way}${silent})${muted}`
}

function others(alerts: readonly ActiveAlert[], self: ActiveAlert | undefined): readonly ActiveAlert[] {
  return alerts.filter(({ fingerprint }) => fingerprint !== self?.fingerprint)
}

function isSilenced(matchers: Silence['matchers'], labels: Labels): boolean {
  return matchers.every(({ name, value, isRegex, isEqual = true }) => {
    const operator = isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!='
    return matches({ name, operator, value }, labels)
  })
}

function describe(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return `{${pairs.join(', ')}}`
}
