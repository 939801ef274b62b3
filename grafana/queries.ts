// Queries and the parts that they share: which targets, which window, which state.
import { DataqueryBuilder as LokiQuery, LokiQueryType } from '@grafana/grafana-foundation-sdk/loki'
import {
  DataqueryBuilder as PrometheusQuery,
  PromQueryFormat,
} from '@grafana/grafana-foundation-sdk/prometheus'
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common'
import { say, text } from './language.ts'
import type { Language, Saying } from './language.ts'
import type { limits } from './thresholds.ts'

export const prometheus: DataSourceRef = { type: 'prometheus', uid: '${datasource}' }
export const loki: DataSourceRef = { type: 'loki', uid: '${loki_datasource}' }

/** Backquotes, because PromQL reads no escapes inside them: any name a target may have passes unharmed. */
export const chosenTargets = 'target=~`${target:regex}`'
export const thisTarget = 'target=`${target:raw}`'
export const chosenServices = `kind="service",${chosenTargets}`
export const chosenTasks = 'task=~`${task:regex}`'

export interface Query {
  readonly expr: string
  /** The name of each series: label values, or words. */
  readonly legend?: Saying
  readonly shape: 'series' | 'instant' | 'table' | 'heatmap' | 'logs'
  /** The name of the query in its panel, where a panel reads meaning from it; else the letter of its place. */
  readonly refId?: string
  /** The smallest step, for a graph that is coarser on purpose. */
  readonly step?: string
}

type Options = Omit<Query, 'expr' | 'shape'>

/** Values over the time range. */
export function series(expr: string, legend: Saying, options: Options = {}): Query {
  return { expr, legend, shape: 'series', ...options }
}

/** Values at the end of the time range. */
export function now(expr: string, legend: Saying = '', options: Options = {}): Query {
  return { expr, legend, shape: 'instant', ...options }
}

/** Values at the end of the time range with their labels as columns. */
export function rows(expr: string, options: Options = {}): Query {
  return { expr, shape: 'table', ...options }
}

/** Buckets of a histogram over the time range. */
export function buckets(expr: string, options: Options = {}): Query {
  return { expr, legend: '{{le}}', shape: 'heatmap', ...options }
}

/** Log lines, from Loki. */
export function lines(expr: string): Query {
  return { expr, shape: 'logs' }
}

/** Counts over log lines, from Loki. */
export function lineCounts(expr: string, legend: Saying): Query {
  return { expr, legend, shape: 'logs' }
}

/** The configured threshold, as a line across a graph. */
export function thresholdLine(name: keyof typeof limits): Query {
  return series(`max(watchpost_threshold{name="${name}"})`, text('limit', '門檻'), { refId: 'threshold' })
}

/** Only of what was measured for an hour: a line through fewer points leads anywhere. */
export function afterAnHour(expr: string, metric: string): string {
  return `(${expr}) and on (target) max by (target) (count_over_time(${metric}[1h:10m])) >= 6`
}

/** How long the last probe took, of targets that answered: one that fails early is no quick answer. */
export function responseTimeOf(selector: string): string {
  const took = `sum by (target) (max by (target, phase) (watchpost_target_phase_seconds{${selector}}))`
  return `${took} and on (target) max by (target) (watchpost_target_up{${selector}}) == 1`
}

/**
 * How many alerts are in a state. None is 0 only where rules are evaluated at all, which the Watchdog shows: without them
 * a green nought would be a lie.
 */
export function alertCount(selector: string): string {
  return countOf(`ALERTS{${selector}}`)
}

function countOf(alerts: string): string {
  return `count(${alerts}) or vector(0) and on () ALERTS{alertname="Watchdog"}`
}

const down = 'ServiceDown|DataSourceDown|DatabaseDown'

/** What fires and is told of, as Alertmanager has it: symptoms of what is down, or depends on what is, are held back. */
export function rootCauses(selector: string): string {
  const firing = (more: string): string => `ALERTS{alertstate="firing",${more}}`
  const explained = `max by (target) (${firing(`alertname=~"DependencyDown|${down}"`)})`
  return `(${firing(`${selector},alertname=~"${down}"`)} or ${firing(selector)} unless on (target) ${explained})`
}

export function rootCauseCount(selector: string): string {
  return countOf(rootCauses(selector))
}

/** One number for the state that holds, which the state mappings turn into a word and a colour. */
export function statusCode(selector: string): string {
  const of = (status: string): string =>
    `max by (target) (watchpost_target_status{${selector},status="${status}"})`
  return `${of('warning')} + 2 * ${of('error')} + 3 * ${of('unknown')}`
}

/** One number for the connection of a data source, which its states turn into a word and a colour. */
export function connectionCode(selector: string): string {
  const of = (status: string): string =>
    `max by (target) (watchpost_data_source_status{${selector},status="${status}"})`
  return `${of('disconnected')} + 2 * ${of('error')}`
}

export function buildQuery(query: Query, position: number, language: Language): Builder<Dataquery> {
  const refId = query.refId ?? String.fromCodePoint(65 + position)
  const legend = say(query.legend ?? '', language)
  return query.shape === 'logs' ? buildLoki(query.expr, refId, legend) : buildPrometheus(query, refId, legend)
}

const formats = {
  series: PromQueryFormat.TimeSeries,
  instant: PromQueryFormat.TimeSeries,
  table: PromQueryFormat.Table,
  heatmap: PromQueryFormat.Heatmap,
  logs: PromQueryFormat.TimeSeries,
} as const

function buildPrometheus(query: Query, refId: string, legend: string): Builder<Dataquery> {
  const built = new PrometheusQuery().datasource(prometheus).refId(refId).expr(query.expr)
  built.format(formats[query.shape]).legendFormat(legend)
  if (query.step !== undefined) built.interval(query.step)
  return query.shape === 'series' || query.shape === 'heatmap' ? built.range() : built.instant()
}

function buildLoki(expr: string, refId: string, legend: string): Builder<Dataquery> {
  const built = new LokiQuery().datasource(loki).refId(refId).expr(expr)
  return built.queryType(LokiQueryType.Range).legendFormat(legend)
}
