// A strict reader of OpenMetrics 1.0 text: it throws at the first line that the specification does not allow.

export interface ParsedFamily {
  readonly name: string
  readonly type: string
  readonly help: string
  /** Series as `name{labels}`, labels in the order of the page, to values. */
  readonly samples: ReadonlyMap<string, number>
}

const name = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const label = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"'
const number = '[+-]?(?:\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|Inf)'
const sampleLine = new RegExp(`^(${name})(\\{(?:${label}(?:,${label})*)?\\})? (${number})$`)
const headLine = new RegExp(`^# (HELP|TYPE|UNIT) (${name}) ([^\\n]*)$`)
const labelPair = /([a-zA-Z_][a-zA-Z0-9_]*)="(?:[^"\\]|\\.)*"/g
const suffixes: Readonly<Record<string, readonly string[]>> = {
  gauge: [''],
  counter: ['_total', '_created'],
  histogram: ['_bucket', '_count', '_sum', '_created'],
}

interface Draft {
  readonly name: string
  type?: string
  help?: string
  readonly samples: Map<string, number>
  /** The same with the labels in order, to find repeated ones. */
  readonly series: Set<string>
  /** The label sets met, of a histogram. */
  readonly metrics: string[]
}

export function parseOpenMetrics(page: string): ParsedFamily[] {
  if (!page.endsWith('# EOF\n')) throw new Error('expected the page to end with # EOF and a line end')
  const drafts = new Map<string, Draft>()
  let current: Draft | undefined
  const lines = page.slice(0, -'# EOF\n'.length).split('\n')
  demand(lines.at(-1) === '', 'the last line before # EOF does not end')
  for (const line of lines.slice(0, -1)) {
    current = line.startsWith('#') ? readHead(line, current, drafts) : readSample(line, current)
  }
  const families = [...drafts.values()].map(finish)
  checkClashes(families)
  return families
}

/** What one family may write, no other may: a counter `x` and a gauge `x_total` cannot stand on one page. */
function checkClashes(families: readonly ParsedFamily[]): void {
  const owners = new Map<string, string>()
  for (const { name: family, type } of families) {
    for (const sample of [family, ...(suffixes[type] ?? []).map((suffix) => family + suffix)]) {
      const owner = owners.get(sample) ?? family
      demand(owner === family, `the families ${owner} and ${family} both may write ${sample}`)
      owners.set(sample, family)
    }
  }
}

function demand(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message)
}

function readHead(line: string, current: Draft | undefined, drafts: Map<string, Draft>): Draft {
  const [, kind = '', family = '', text = ''] = headLine.exec(line) ?? []
  demand(kind !== '', `expected a HELP, TYPE or UNIT line: ${line}`)
  const isSame = current?.name === family
  demand(isSame || !drafts.has(family), `the family ${family} stands in two places`)
  const draft: Draft = isSame ? current : { name: family, samples: new Map(), series: new Set(), metrics: [] }
  demand(draft.samples.size === 0, `${kind} of ${family} comes after its samples`)
  drafts.set(family, draft)
  if (kind === 'TYPE') setType(draft, text)
  if (kind === 'HELP') setHelp(draft, text)
  return draft
}

function setType(draft: Draft, type: string): void {
  demand(draft.type === undefined, `TYPE of ${draft.name} is given twice`)
  demand(suffixes[type] !== undefined, `unknown type ${type}`)
  draft.type = type
}

function setHelp(draft: Draft, help: string): void {
  demand(draft.help === undefined, `HELP of ${draft.name} is given twice`)
  demand(!/(^|[^\\])(\\\\)*\\[^"\\n]/.test(help), `a wrong escape in the help of ${draft.name}`)
  draft.help = help
}

function readSample(line: string, current: Draft | undefined): Draft {
  const [, sample = '', labels = '', value = ''] = sampleLine.exec(line) ?? []
  demand(sample !== '', `expected a sample: ${JSON.stringify(line)}`)
  demand(current?.type !== undefined, `${sample} has no TYPE before it`)
  const { name: family, type } = current
  const belongs = suffixes[type]?.some((suffix) => sample === family + suffix) ?? false
  demand(belongs, `${sample} does not belong to the ${type} ${family}`)
  const pairs = [...labels.matchAll(labelPair)].map(([pair, key = '']) => [key, pair] as const)
  const names = pairs.map(([key]) => key)
  demand(new Set(names).size === names.length, `a label is given twice: ${line}`)
  demand(!names.some((key) => key.startsWith('_')), `a label whose name is reserved: ${line}`)
  demand(names.includes('le') === sample.endsWith('_bucket'), `le is for buckets alone: ${line}`)
  // The order of labels makes no other series.
  const series = `${sample}{${pairs
    .map(([, pair]) => pair)
    .toSorted()
    .join()}}`
  demand(!current.series.has(series), `the series ${sample}${labels} is given twice`)
  current.series.add(series)
  if (type === 'histogram')
    enterMetric(
      current,
      pairs.flatMap(([key, pair]) => (key === 'le' ? [] : [pair])),
    )
  current.samples.set(sample + labels, readNumber(value))
  return current
}

/** All lines of one metric stand together: buckets of two may not alternate. */
function enterMetric(draft: Draft, pairs: readonly string[]): void {
  const metric = pairs.toSorted().join()
  if (draft.metrics.at(-1) === metric) return
  demand(!draft.metrics.includes(metric), `the lines of ${draft.name}{${metric}} do not stand together`)
  draft.metrics.push(metric)
}

function readNumber(text: string): number {
  return Number(text.replace('Inf', 'Infinity'))
}

function finish({ name: family, type, help, samples }: Draft): ParsedFamily {
  demand(type !== undefined && help !== undefined, `${family} lacks TYPE or HELP`)
  const isBelow = type === 'counter' && [...samples.values()].some((value) => value < 0)
  demand(type !== 'counter' || !/_(?:total|created)$/.test(family), `the counter ${family} bears its suffix`)
  demand(!isBelow, `the counter ${family} is below 0`)
  if (type === 'histogram') checkHistogram(family, samples)
  return { name: family, type, help, samples }
}

function checkHistogram(family: string, samples: ReadonlyMap<string, number>): void {
  const buckets = [...samples].flatMap(([series, count]) => {
    const [, inner = '', bound] = /_bucket\{(.*?),?le="([^"]+)"\}$/s.exec(series) ?? []
    if (bound === undefined) return []
    demand(
      /^(?:\+Inf|-?\d+\.\d+(?:e[+-]?\d+)?|-?\d+e[+-]?\d+)$/.test(bound),
      `the bound ${bound} is not canonical`,
    )
    return [{ inner, bound: readNumber(bound), count }]
  })
  for (const [inner, own] of Map.groupBy(buckets, (bucket) => bucket.inner)) {
    const isOrdered = own.every(({ bound, count }, index) => {
      const before = own[index - 1]
      return !before || (bound > before.bound && count >= before.count)
    })
    demand(isOrdered, `the buckets of ${family} are out of order`)
    demand(own.at(-1)?.bound === Infinity, `${family} lacks the bucket +Inf`)
    const labels = inner === '' ? '' : `{${inner}}`
    const total = samples.get(`${family}_count${labels}`)
    demand(total === own.at(-1)?.count, `the count of ${family} is not its last bucket`)
    demand(samples.has(`${family}_sum${labels}`), `${family} has a count and no sum`)
    demand(
      own.every(({ count }) => Number.isInteger(count) && count >= 0),
      `a bucket of ${family} is no count`,
    )
  }
}
