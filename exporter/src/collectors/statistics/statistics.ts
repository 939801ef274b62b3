// Numbers of the business. One metric for all of them, told apart by name; what each means is in its info.
import { counter, family, gauge, histogram, histogramFamily, withLabel } from '../../metrics/metric.ts'
import type { Family, Labels } from '../../metrics/metric.ts'
import { defineCollector } from '../collector.ts'
import type { Reading, Round } from '../collector.ts'
import { dropReasons } from './rows.ts'
import { declarations, references, section } from './section.ts'
import type { Statistic } from './section.ts'
import { verifyStatistics } from './verify.ts'
import { watchStatistic } from './watch.ts'
import type { StatisticReading, StatisticWatch } from './watch.ts'

export interface StatisticsReading extends Reading {
  readonly statistics: readonly StatisticReading[]
}

const of = ['name']
const value = gauge(
  'watchpost_statistic',
  'A number of the business from the SQL of the statistic of that name; what it says is in watchpost_statistic_info.',
  of,
)
const total = counter(
  'watchpost_statistic_increments_total',
  'As watchpost_statistic, for statistics of type counter.',
  of,
)
const timestamp = gauge(
  'watchpost_statistic_timestamp_seconds',
  'As watchpost_statistic, for statistics of type timestamp.',
  of,
)
const distribution = histogram(
  'watchpost_statistic_distribution',
  'As watchpost_statistic, for statistics of type histogram; it is counted afresh over the rows of each reading.',
  of,
)
const info = gauge('watchpost_statistic_info', 'What the configuration says of the statistic; always 1.', [
  ...of,
  'help',
  'database',
])
const success = gauge(
  'watchpost_statistic_success',
  'Whether the last attempt to read the statistic succeeded.',
  of,
)
const duration = gauge('watchpost_statistic_duration_seconds', 'How long the last attempt took.', of)
const readAt = gauge(
  'watchpost_statistic_last_success_timestamp_seconds',
  'When the statistic was last read with success.',
  of,
)
const dropped = gauge(
  'watchpost_statistic_rows_dropped',
  'Rows of the last reading that could not become series.',
  [...of, 'reason'],
)

export const statistics = defineCollector({
  name: 'statistics',
  schema: section,
  metrics: [value, total, timestamp, distribution, info, success, duration, readAt, dropped],
  declarations,
  references,
  create(configured: readonly Statistic[], context) {
    const watches = configured.map((statistic) => watchStatistic(statistic, context))
    const byDatabase = Map.groupBy(watches, ({ database }) => database)
    void verifyStatistics(configured, context)
    return {
      async collect(round): Promise<StatisticsReading> {
        const groups = await Promise.all([...byDatabase.values()].map((group) => readInTurn(group, round)))
        const found = new Map(groups.flat().map((reading) => [reading.statistic, reading]))
        // In the order of the configuration, whatever the order of asking was.
        const inOrder = configured.flatMap((statistic) => found.get(statistic) ?? [])
        return { targets: [], statistics: inOrder }
      },
    }
  },
  families: ({ statistics: readings }: StatisticsReading): Family[] => {
    const ofType = (...types: Statistic['type'][]): StatisticReading[] =>
      readings.filter(({ statistic }) => types.includes(statistic.type))
    return [
      family(value, valuesOf(ofType('gauge', 'state'))),
      family(total, valuesOf(ofType('counter'))),
      family(timestamp, valuesOf(ofType('timestamp'))),
      histogramFamily(
        distribution,
        readings.flatMap(({ series }) => series?.distributions ?? []),
      ),
      ...stateFamilies(readings),
    ]
  },
})

/** One at a time for each database: its two connections are for the tasks as well. */
async function readInTurn(group: readonly StatisticWatch[], round: Round): Promise<StatisticReading[]> {
  const readings: StatisticReading[] = []
  for (const watch of group.toSorted((a, b) => Number(a.hasFailed()) - Number(b.hasFailed()))) {
    readings.push(round.signal.aborted ? watch.skip() : await watch.read(round))
  }
  return readings
}

function valuesOf(readings: readonly StatisticReading[]): (readonly [Labels, number])[] {
  return readings.flatMap(({ series }) => series?.values ?? [])
}

function stateFamilies(readings: readonly StatisticReading[]): Family[] {
  const own = readings.map((reading) => ({ ...reading, labels: labelsOf(reading.statistic) }))
  return [
    family(
      info,
      own.map(({ labels, statistic }) => [
        { ...labels, help: statistic.help, database: statistic.database },
        1,
      ]),
    ),
    family(
      success,
      own.map((reading) => [reading.labels, reading.success]),
    ),
    family(
      duration,
      own.map(({ labels, durationSeconds }) => [labels, durationSeconds]),
    ),
    family(
      readAt,
      own.map((reading) => [reading.labels, reading.readAt]),
    ),
    family(
      dropped,
      own.flatMap(({ labels, series }) =>
        dropReasons.map((reason) => [withLabel(labels, 'reason', reason), series?.dropped[reason]]),
      ),
    ),
  ]
}

const known = new WeakMap<Statistic, Labels>()

function labelsOf(statistic: Statistic): Labels {
  const labels = known.get(statistic) ?? Object.freeze({ name: statistic.name })
  known.set(statistic, labels)
  return labels
}
