// Where an alert with given labels goes now, and what holds it back.
import type { ActiveAlert, Alertmanager, Silence } from './alertmanager.ts'
import { inhibitor, matches, parseMatcher, route } from './routing.ts'
import type { Labels } from './routing.ts'

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

export async function explainAlert(alertmanager: Alertmanager, labels: Labels): Promise<string> {
  const filter = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  const [config, alerts, silences] = await Promise.all([
    alertmanager.config(),
    alertmanager.alerts(),
    alertmanager.silences(),
  ])
  const firing = await alertmanager.alerts(filter)
  const subjects = firing.length > 0 ? firing.map((alert) => alert.labels) : [labels]
  const texts = subjects.map((subject) => {
    const alert = firing.find((one) => one.labels === subject)
    return [
      `${describe(subject)}  ${alert ? `fires since ${alert.startsAt}, ${alert.status.state}` : 'does not fire; this is what would happen if it did now'}`,
      ...route(config.route, subject).map(
        ({ receiver, path, mutedDuring }) =>
          `  receiver    ${receiver}  (${path.length > 0 ? path.join(' → ') : 'the default route'}${mutedDuring.length > 0 ? `; silent during ${mutedDuring.join(', ')}` : ''})`,
      ),
      ...(config.inhibit_rules ?? []).flatMap((rule) => {
        const source = inhibitor(rule, subject, others(alerts, alert))
        return source
          ? [`  inhibition  ${rule.name ?? 'a rule without a name'}, by ${describe(source.labels)}`]
          : []
      }),
      ...silences
        .filter((silence) => silence.status.state === 'active' && isSilenced(silence, subject))
        .map(
          (silence) => `  silence     ${silence.comment}, by ${silence.createdBy} until ${silence.endsAt}`,
        ),
      ...(alert?.status.mutedBy ?? []).map((name) => `  muted       by the time interval ${name}`),
    ].join('\n')
  })
  return `${texts.join('\n')}\n`
}

function others(alerts: readonly ActiveAlert[], self: ActiveAlert | undefined): readonly ActiveAlert[] {
  return alerts.filter(({ fingerprint }) => fingerprint !== self?.fingerprint)
}

function isSilenced({ matchers }: Silence, labels: Labels): boolean {
  return matchers.every(({ name, value, isRegex, isEqual = true }) => {
    const operator = isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!='
    return matches({ name, operator, value }, labels)
  })
}

function describe(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return `{${pairs.join(', ')}}`
}
