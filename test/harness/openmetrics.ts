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
}

export function parseOpenMetrics(page: string): ParsedFamily[] {
  if (!page.endsWith('# EOF\n')) throw new Error('expected the page to end with # EOF and a line end')
  const drafts = new Map<string, Draft>()
  let current: Draft | undefined
  for (const line of page.slice(0, -'# EOF\n'.length).split('\n').slice(0, -1)) {
    current = line.startsWith('#') ? readHead(line, current, drafts) : readSample(line, current)
  }
  return [...drafts.values()].map(finish)
}

function readHead(line: string, current: Draft | undefined, drafts: Map<string, Draft>): Draft {
  const [, kind, family, text] = headLine.exec(line) ?? []
  if (kind === undefined || family === undefined || text === undefined)
    throw new Error(`expected a HELP, TYPE or UNIT line: ${line}`)
  if (current?.name !== family && drafts.has(family))
    throw new Error(`the family ${family} stands in two places`)
  const draft = current?.name === family ? current : { name: family, samples: new Map<string, number>() }
  drafts.set(family, draft)
  if (draft.samples.size > 0) throw new Error(`${kind} of ${family} comes after its samples`)
  const key = kind === 'TYPE' ? 'type' : 'help'
  if (kind !== 'UNIT' && draft[key] !== undefined) throw new Error(`${kind} of ${family} is given twice`)
  if (kind === 'TYPE' && !suffixes[text]) throw new Error(`unknown type ${text}`)
  if (kind === 'HELP' && /(^|[^\\])(\\\\)*\\[^"\\n]/.test(text))
    throw new Error(`a wrong escape in the help of ${family}`)
  draft[key] = text
  return draft
}

function readSample(line: string, current: Draft | undefined): Draft {
  const [, sample, labels = '', value] = sampleLine.exec(line) ?? []
  if (sample === undefined || value === undefined)
    throw new Error(`expected a sample: ${JSON.stringify(line)}`)
  if (!current?.type) throw new Error(`${sample} has no TYPE before it`)
  const { name: family, type } = current
  if (!suffixes[type]?.some((suffix) => sample === family + suffix))
    throw new Error(`${sample} does not belong to the ${type} ${family}`)
  const names = [...labels.matchAll(/([a-zA-Z0-9_]+)="(?:[^"\\]|\\.)*"/g)].map((match) => match[1])
  if (new Set(names).size !== names.length) throw new Error(`a label is given twice: ${line}`)
  const series = sample + labels
  if (current.samples.has(series)) throw new Error(`the series ${series} is given twice`)
  current.samples.set(
    series,
    value.endsWith('Inf') ? (value.startsWith('-') ? -Infinity : Infinity) : Number(value),
  )
  return current
}

function finish({ name: family, type, help, samples }: Draft): ParsedFamily {
  if (type === undefined || help === undefined) throw new Error(`${family} lacks TYPE or HELP`)
  if (type === 'counter' && [...samples.values()].some((value) => value < 0))
    throw new Error(`the counter ${family} is below 0`)
  if (type === 'histogram') checkBuckets(family, samples)
  return { name: family, type, help, samples }
}

function checkBuckets(family: string, samples: ReadonlyMap<string, number>): void {
  const last = new Map<string, { bound: number; count: number }>()
  for (const [series, count] of samples) {
    const [, inner = '', bound = ''] = /_bucket\{(.*?),?le="([^"]+)"\}$/s.exec(series) ?? []
    if (bound === '') continue
    const before = last.get(inner)
    const now = { bound: bound === '+Inf' ? Infinity : Number(bound), count }
    if (before && (now.bound <= before.bound || now.count < before.count))
      throw new Error(`the buckets of ${family} are out of order`)
    last.set(inner, now)
  }
  for (const [inner, { bound, count }] of last) {
    if (bound !== Infinity) throw new Error(`${family} lacks the bucket +Inf`)
    if (samples.get(`${family}_count${inner === '' ? '' : `{${inner}}`}`) !== count)
      throw new Error(`the count of ${family} is not its last bucket`)
  }
}
