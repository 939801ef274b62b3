// Alertmanager's own rules of routing and inhibition, for alerts that do not fire yet: it answers only for those that do.

export type Labels = Readonly<Record<string, string>>

export interface Route {
  readonly receiver?: string
  readonly matchers?: readonly string[]
  readonly continue?: boolean
  readonly mute_time_intervals?: readonly string[]
  readonly routes?: readonly Route[]
}

export interface InhibitRule {
  readonly name?: string
  readonly source_matchers?: readonly string[]
  readonly target_matchers?: readonly string[]
  readonly equal?: readonly string[]
}

export interface Matcher {
  readonly name: string
  readonly operator: string
  readonly value: string
}

/** A leaf that takes the alert, with the matchers on the way to it. */
export interface Taken {
  readonly receiver: string
  readonly path: readonly string[]
  readonly mutedDuring: readonly string[]
}

/** Undefined for what is no matcher. */
export function parseMatcher(text: string): Matcher | undefined {
  const match = /^\s*"?([\w.:-]+)"?\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^"]*?))\s*$/.exec(text)
  const [, name, operator, quoted, bare] = match ?? []
  if (name === undefined || operator === undefined) return undefined
  return { name, operator, value: quoted?.replaceAll(/\\(.)/g, '$1') ?? bare ?? '' }
}

export function matches({ name, operator, value }: Matcher, labels: Labels): boolean {
  const actual = labels[name] ?? ''
  if (operator === '=') return actual === value
  if (operator === '!=') return actual !== value
  const found = new RegExp(`^(?:${value})$`, 's').test(actual)
  return operator === '=~' ? found : !found
}

export function matchesAll(matchers: readonly string[], labels: Labels): boolean {
  return matchers.every((text) => {
    const matcher = parseMatcher(text)
    return matcher !== undefined && matches(matcher, labels)
  })
}

/** Every receiver that an alert with these labels is handed to, in order. */
export function route(tree: Route, labels: Labels): readonly Taken[] {
  return walk(tree, labels, { receiver: tree.receiver ?? '', path: [], mutedDuring: [] })
}

function walk(node: Route, labels: Labels, inherited: Taken): readonly Taken[] {
  const matchers = node.matchers ?? []
  if (!matchesAll(matchers, labels)) return []
  const here: Taken = {
    receiver: node.receiver ?? inherited.receiver,
    path: matchers.length > 0 ? [...inherited.path, matchers.join(', ')] : inherited.path,
    // Not inherited: Alertmanager mutes only the very route that says so.
    mutedDuring: node.mute_time_intervals ?? [],
  }
  const taken: Taken[] = []
  for (const child of node.routes ?? []) {
    const found = walk(child, labels, here)
    taken.push(...found)
    if (found.length > 0 && child.continue !== true) break
  }
  return taken.length > 0 ? taken : [here]
}

/** The first of `sources` that silences an alert with these labels by this rule. */
export function inhibitor<T extends { readonly labels: Labels }>(
  rule: InhibitRule,
  labels: Labels,
  sources: readonly T[],
): T | undefined {
  if (!matchesAll(rule.target_matchers ?? [], labels)) return undefined
  return sources.find(
    (source) =>
      matchesAll(rule.source_matchers ?? [], source.labels) &&
      (rule.equal ?? []).every((name) => (source.labels[name] ?? '') === (labels[name] ?? '')),
  )
}
