// A past for the demo: nine days of it, rendered from what its own Prometheus has now, so that what needs an hour or a
// week has data within minutes. Names, labels and sizes are real; that it was always like this is made up.
import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { requireProgram } from '../../demo/programs/find.ts'
import { queryPrometheus } from '../../demo/stack/query.ts'
import type { Sample } from '../../demo/stack/query.ts'

const days = 9
const daySeconds = 86_400
const fineStepSeconds = 240
const coarseStepSeconds = 3600
/** Recorded series too: the rules of weeks are made of those of minutes. */
const selector = '{__name__=~"watchpost_.+|[a-z_]+:watchpost_.+"}'
const paceSeconds = 10
/** After the beginning, when every series has a pace. */
export const secondsUntilPast = 20

export interface Present {
  readonly prometheusUrl: string
  /** Where this Prometheus keeps its blocks; it finds new ones within a minute. */
  readonly dataDirectory: string
  /** Unix time at which it began. The past ends so long before that nothing of it is taken for the present. */
  readonly begin: number
}

export async function writePast({ prometheusUrl, dataDirectory, begin }: Present): Promise<void> {
  const promtool = await requireProgram('promtool', { log: () => {} })
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-past-'))
  try {
    const file = join(directory, 'past.txt')
    await pipeline(Readable.from(render(await modelsOf(prometheusUrl), begin)), createWriteStream(file))
    const create = ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', '--max-block-duration=486h']
    await promisify(execFile)(promtool.path, [...create, file, dataDirectory])
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** A series with its value at a time before the present. */
interface Model {
  readonly name: string
  readonly labels: string
  readonly valueAt: (secondsBefore: number) => number
}

async function modelsOf(prometheusUrl: string): Promise<readonly Model[]> {
  const [before, now] = await Promise.all(
    [` offset ${paceSeconds}s`, ''].map((offset) => queryPrometheus(prometheusUrl, selector + offset)),
  )
  const earlier = new Map((before ?? []).map((sample) => [keyOf(sample), sample.value]))
  return (now ?? [])
    .map((sample) => modelOf(sample, earlier.get(keyOf(sample)) ?? sample.value))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

function keyOf({ labels }: Sample): string {
  return JSON.stringify(labels)
}

/** The demo's tables begin three hours ago, and what is counted rarely is counted from them. */
const countedSeconds = 3 * 3600

function modelOf({ labels, value }: Sample, earlier: number): Model {
  const { __name__: name = '', ...others } = labels
  const pairs = Object.entries(others).map(([label, text]) => `${label}=${JSON.stringify(text)}`)
  return { name, labels: `{${pairs.join(',')}}`, valueAt: valueBefore(name, value, earlier) }
}

function valueBefore(name: string, value: number, earlier: number): Model['valueAt'] {
  if (/_(total|sum|count|bucket)$/.test(name)) {
    const pace = Math.max(0, value - earlier) / paceSeconds || value / countedSeconds
    return (before) => pace * (days * daySeconds - before)
  }
  if (name.endsWith('_timestamp_seconds')) return (before) => value - before
  // What is a whole number is a state or a size, and a limit stays; the rest goes up and down with the day.
  if (Number.isInteger(value) || /threshold|objective/.test(name)) return () => value
  return (before) => value * (0.9 + 0.1 * Math.sin((2 * Math.PI * before) / daySeconds))
}

/** Longer than Prometheus looks back for a sample, less the interval at which it scrapes. */
const gapSeconds = 290

function* render(models: readonly Model[], begin: number): Generator<string> {
  const end = Math.floor(begin - gapSeconds)
  const fine = range(0, daySeconds, fineStepSeconds)
  const coarse = range(daySeconds, days * daySeconds, coarseStepSeconds)
  const times = [...fine, ...coarse].toReversed()
  for (const { name, labels, valueAt } of models) {
    yield times.map((before) => `${name}${labels} ${valueAt(before)} ${end - before}\n`).join('')
  }
  yield '# EOF\n'
}

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, index) => from + index * step)
}
