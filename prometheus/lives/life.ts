// The life of an alert: what it looks at is well, then not, then well again or gone; and when the alert is to begin and
// to end by that. What a message says is in `tests/`.
import { duration } from '../../exporter/src/schema/duration.ts'
import type { AlertRule } from '../rules.ts'

/** A number stays; `+n` and `-n` grow and shrink with each step; `now` is the clock; a list goes round; null is a series that is not there. */
export type Course = number | `+${number}` | `-${number}` | 'now' | readonly number[] | null

export interface Life {
  readonly alert: string
  /** Where the same alert has two. */
  readonly severity?: 'warning' | 'critical'
  /** Series that stay as they are, and those with their course while all is well and in the fault. */
  readonly given?: Readonly<Record<string, number>>
  readonly series: Readonly<Record<string, readonly [well: Course, fault: Course]>>
  /** How long all is well before; ten minutes where it is not said. */
  readonly before?: string
  /** How long the fault lasts before the condition of the rule holds, and how long that outlasts the fault: not at all
   * if not said, `stays` is for good. */
  readonly rises?: string
  readonly falls?: string
  /** How long the condition outlasts its series when all of them vanish, in the same words. */
  readonly absent?: string
  /** Series that are there instead once the others have vanished. */
  readonly instead?: Readonly<Record<string, number>>
  readonly step?: string
}

export type LifeRule = Pick<AlertRule, 'alert' | 'for' | 'keep_firing_for' | 'labels'>

interface Moments {
  readonly step: number
  readonly begins: number
  readonly fires: number
  readonly ends: number
  readonly last: number
}

const heldSteps = 8
const staysSeconds = 3600

const secondsOf = (text = '0s'): number => duration.parse(text)
export const stepOf = ({ step = '15s' }: Life): number => secondsOf(step)

/** Two tests of promtool: one that recovers, one whose series vanish. */
export function renderLife(life: Life, rule: LifeRule): readonly object[] {
  return [
    renderTest(life, rule, { name: 'recovers', ...outlasting(life.falls, rule) }),
    renderTest(life, rule, { name: 'vanishes', ...outlasting(life.absent, rule) }),
  ]
}

function outlasting(text: string | undefined, rule: LifeRule): Omit<Ending, 'name'> {
  if (text === 'stays') return { after: staysSeconds, outlives: true }
  return { after: secondsOf(text) + secondsOf(rule.keep_firing_for), outlives: false }
}

interface Ending {
  readonly name: 'recovers' | 'vanishes'
  /** From the end of the fault to the end of the alert. */
  readonly after: number
  /** The alert is there even then. */
  readonly outlives: boolean
}

function renderTest(life: Life, rule: LifeRule, ending: Ending): object {
  const moments = momentsOf(life, rule)
  const { step, begins, fires, ends } = moments
  // What is to end between two looks is over with the second.
  const over = ends + Math.ceil(ending.after / step) * step
  const series = seriesOf(life, { ...moments, last: over }, ending.name)
  const look = (seconds: number, state?: 'pending' | 'firing'): object => ({
    expr: `count by (alertstate) (ALERTS{alertname="${life.alert}",severity="${rule.labels['severity'] ?? ''}"})`,
    eval_time: `${seconds}s`,
    exp_samples: state === undefined ? [] : [{ labels: `{alertstate="${state}"}`, value: 1 }],
  })
  return {
    name: `${life.alert} ${rule.labels['severity'] ?? ''} ${ending.name}`,
    interval: `${step}s`,
    input_series: series,
    promql_expr_test: [
      look(begins - step),
      look(fires - step, secondsOf(rule.for) === 0 ? undefined : 'pending'),
      look(fires, 'firing'),
      look(over - step, 'firing'),
      look(over, ending.outlives ? 'firing' : undefined),
    ],
  }
}

function momentsOf(life: Life, rule: LifeRule): Omit<Moments, 'last'> {
  const begins = secondsOf(life.before ?? '10m')
  const fires = begins + secondsOf(life.rises) + secondsOf(rule.for)
  const step = stepOf(life)
  return { step, begins, fires, ends: fires + heldSteps * step }
}

function seriesOf(life: Life, { step, begins, ends, last }: Moments, ending: Ending['name']): object[] {
  const counts = [begins / step, (ends - begins) / step, (last - ends) / step + 1]
  const isGone = ending === 'vanishes'
  const write = (series: string, courses: readonly Course[]): object => ({
    series,
    values: writeValues(courses, counts, step),
  })
  return [
    ...Object.entries(life.given ?? {}).map(([name, value]) =>
      write(name, [value, value, isGone ? null : value]),
    ),
    ...Object.entries(life.series).map(([name, [well, fault]]) =>
      write(name, [well, fault, isGone ? null : well]),
    ),
    ...Object.entries(isGone ? (life.instead ?? {}) : {}).map(([name, value]) =>
      write(name, [null, null, value]),
    ),
  ]
}

function writeValues(courses: readonly Course[], counts: readonly number[], step: number): string {
  let index = 0
  let value = 0
  const parts = courses.map((course, phase) => {
    const count = counts[phase] ?? 0
    const begun = index
    index += count
    if (course === null) return count > 1 ? `stale _x${count - 1}` : 'stale'
    if (typeof course === 'object') {
      return Array.from({ length: count }, (_, at) => course[at % course.length]).join(' ')
    }
    const by = course === 'now' ? step : typeof course === 'string' ? Number(course) : 0
    const first = course === 'now' ? begun * step : typeof course === 'string' ? value + by : course
    value = first + by * (count - 1)
    return by === 0 ? `${first}x${count - 1}` : `${first}${by < 0 ? '' : '+'}${by}x${count - 1}`
  })
  return parts.join(' ')
}
