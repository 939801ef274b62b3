// A report as data: headings, sentences, tables and charts, which Markdown and HTML both render.
import type { Language } from '../diagnosis/text.ts'
import type { ChartOptions } from './chart.ts'
import { mostLines } from './chart.ts'
import type { Course, Missing, MetricName, ReportFacts } from './facts.ts'
import { metrics } from './facts.ts'
import { wordsIn } from './words.ts'
import type { Words } from './words.ts'

export interface Table {
  readonly caption: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** How many columns are words; the others are numbers. */
  readonly wordColumns: number
  /** Which line of the chart above each row is; the rows after them have none. */
  readonly lines: readonly number[]
}

export interface Section {
  readonly title: string
  readonly sentences: readonly string[]
  readonly items: readonly string[]
  readonly chart: ChartOptions | undefined
  readonly table: Table | undefined
}

export interface ReportDocument {
  readonly language: Language
  readonly title: string
  readonly subtitle: string
  readonly sections: readonly Section[]
}

export function composeReport(facts: ReportFacts, language: Language): ReportDocument {
  const words = wordsIn(language)
  const { days } = facts
  const moment = new Intl.DateTimeFormat(language, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  })
  const sections = [
    concernSection(facts, words),
    ...metrics.filter((metric) => isTold(facts, metric)).map((metric) => metricSection(facts, metric, words)),
    anomalySection(facts, words),
    alertSection(facts, words),
    taskSection(facts, words),
    section(words.missing, {
      sentences: facts.missing.length === 0 ? [words.nothingMissing] : [],
      items: joinMissing(facts.missing, words),
    }),
  ]
  return {
    language,
    title: words.title(days),
    subtitle: words.period(moment.format(facts.from * 1000), moment.format(facts.to * 1000)),
    sections,
  }
}

function section(title: string, parts: Partial<Omit<Section, 'title'>>): Section {
  return { title, sentences: [], items: [], chart: undefined, table: undefined, ...parts }
}

function concernSection({ concerns, courses }: ReportFacts, words: Words): Section {
  const hasTrends = metrics.some((metric) => courses[metric].some(({ slope }) => slope !== undefined))
  const nothing = hasTrends ? words.noConcerns : words.noTrends
  return section(words.concerns, {
    sentences: concerns.length === 0 || !hasTrends ? [nothing] : [],
    items: concerns.map(words.concern),
  })
}

/** Not every fleet has databases, or sources with a quota. */
function isTold({ courses }: ReportFacts, metric: MetricName): boolean {
  return courses[metric].length > 0 || (metric !== 'connection_usage' && metric !== 'quota_usage')
}

function metricSection(facts: ReportFacts, metric: MetricName, words: Words): Section {
  const courses = facts.courses[metric]
  const title = words.metrics[metric]
  if (courses.length === 0) return section(title, { sentences: [words.noData] })
  const limit = metric === 'success_rate' ? undefined : facts.limits[metric]
  const unit = courses[0]?.trend.unit === 'percent' ? '%' : 'ms'
  const head = words.courseHead(facts.days)
  const lines = chooseLines(facts, courses.slice(0, mostLines))
  return section(title, {
    sentences: courses.length > mostLines ? [words.onlyWorst(mostLines, courses.length)] : [],
    chart: {
      id: metric,
      title,
      description: words.chart(title, courses.length),
      courses: courses.slice(0, mostLines),
      lines,
      unit,
      from: facts.from,
      to: facts.to,
      limit: limit === undefined ? undefined : { value: limit, label: words.limit(`${limit} ${unit}`) },
      most: metric === 'success_rate' ? 100 : undefined,
      locale: words.locale,
    },
    table: {
      caption: title,
      head,
      rows: courses.map((course) => courseRow(course, unit, words)),
      wordColumns: 1,
      lines,
    },
  })
}

/** A service has the same line in every chart, as long as there are lines enough. */
function chooseLines({ courses }: ReportFacts, drawn: readonly Course[]): number[] {
  const all = metrics.flatMap((metric) => courses[metric].map(({ trend }) => trend.target))
  const names = [...new Set(all)].toSorted()
  return drawn.map(({ trend }, index) => (names.length > mostLines ? index : names.indexOf(trend.target)))
}

function courseRow(course: Course, unit: string, words: Words): string[] {
  const show = (value: number): string => `${words.number(value)} ${unit}`
  const { trend, average, lowest, highest, slope, before } = course
  const change = before === undefined ? words.unknown : `${words.signed(average - before)} ${unit}`
  const heading = slope
    ? `${words.directions[slope.direction]} (${words.signed(slope.per_day)} ± ${words.number(slope.per_day_high - slope.per_day)} ${unit})`
    : words.unknown
  return [trend.target, show(average), show(lowest), show(highest), change, heading]
}

function anomalySection({ anomalies, to }: ReportFacts, words: Words): Section {
  if (anomalies === undefined) return section(words.anomalies, { sentences: [words.notRead] })
  if (anomalies.length === 0) return section(words.anomalies, { sentences: [words.noAnomalies] })
  const time = new Intl.DateTimeFormat(words.locale, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'UTC',
  })
  const rows = anomalies.map(({ target, metric, kind, minutes, last_seen: last, is_active: isActive }) => [
    target,
    words.signal(metric),
    words.kinds[kind],
    isActive ? words.now : time.format(Math.min(Date.parse(last), to * 1000)),
    words.number(minutes),
  ])
  return section(words.anomalies, {
    sentences: [words.bands],
    table: { caption: words.anomalies, head: words.anomalyHead, rows, wordColumns: 4, lines: [] },
  })
}

function alertSection({ alerts }: ReportFacts, words: Words): Section {
  if (alerts === undefined) return section(words.alerts, { sentences: [words.notRead] })
  if (alerts.length === 0) return section(words.alerts, { sentences: [words.noAlerts] })
  const rows = alerts.map(({ alertname, subject, severity, minutes }) => [
    alertname,
    subject,
    words.severities[severity],
    words.number(minutes),
  ])
  return section(words.alerts, {
    table: { caption: words.alerts, head: words.alertHead, rows, wordColumns: 3, lines: [] },
  })
}

function taskSection({ tasks }: ReportFacts, words: Words): Section {
  if (tasks === undefined) return section(words.tasks, { sentences: [words.notRead] })
  if (tasks.length === 0) return section(words.tasks, { sentences: [words.noData] })
  const rows = tasks.map(({ task, runs, failures }) => [
    task,
    words.number(runs),
    words.number(failures),
    runs === 0 ? words.unknown : `${words.number((100 * (runs - failures)) / runs)} %`,
  ])
  return section(words.tasks, {
    table: { caption: words.tasks, head: words.taskHead, rows, wordColumns: 1, lines: [] },
  })
}

/** Services that lack the same are named in one sentence, with all that they lack. */
function joinMissing(missing: readonly Missing[], words: Words): string[] {
  const lackedBy = (target: string): string =>
    missing.flatMap((one) => (one.what === 'service' && one.target === target ? [one.metric] : [])).join()
  const groups = Map.groupBy(missing, (one) => {
    if (one.what === 'service') return `service ${lackedBy(one.target)}`
    return one.what === 'hours' ? `hours ${one.hours}` : one.what
  })
  return [...groups.values()].map((group) => words.lacks(group))
}
