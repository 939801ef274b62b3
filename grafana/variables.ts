// What can be chosen at the top of a dashboard.
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import type { VariableModel } from '@grafana/grafana-foundation-sdk/dashboard'
import { text } from './language.ts'
import type { Language, Text } from './language.ts'
import { loki, prometheus } from './queries.ts'

export interface Variable {
  readonly name: string
  /** What lists its values, for the proof that it does. */
  readonly query?: string
  readonly isMulti?: boolean
  build(language: Language): Builder<VariableModel>
}

function dataSource(name: string, label: string, called: string): Variable {
  const plugin = called.toLowerCase()
  const build = (): Builder<VariableModel> =>
    new DatasourceVariableBuilder(name)
      .label(label)
      .type(plugin)
      .current({ selected: true, text: called, value: plugin })
      .hide(VariableHide.HideVariable)
  return { name, build }
}

export const prometheusSource = dataSource('datasource', 'Data source', 'Prometheus')
export const lokiSource = dataSource('loki_datasource', 'Loki data source', 'Loki')

interface Choice {
  readonly label: Text
  readonly query: string
}

/** One value of many: what a detail dashboard is about. */
function one(name: string, { label, query }: Choice): Variable {
  return { name, query, build: (language) => queryVariable(name, label[language], query) }
}

/** Any of the values, or all of them. */
function several(name: string, { label, query }: Choice): Variable {
  const build = (language: Language): Builder<VariableModel> =>
    queryVariable(name, label[language], query)
      .multi(true)
      .includeAll(true)
      .allValue('.+')
      .current({ selected: true, text: ['All'], value: ['$__all'] })
  return { name, query, isMulti: true, build }
}

function queryVariable(name: string, label: string, query: string): QueryVariableBuilder {
  const listed = new QueryVariableBuilder(name)
    .label(label)
    .datasource(prometheus)
    .query({ query, refId: `variable-${name}`, qryType: 1 })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
  // oxlint-disable-next-line unicorn/no-array-sort -- A builder, not an array.
  return listed.sort(VariableSort.NaturalAsc)
}

type Kind = 'service' | 'data_source' | 'database'

const nouns: Record<Kind, Text> = {
  service: text('Service', '服務'),
  data_source: text('Data source', '資料來源'),
  database: text('Database', '資料庫'),
}

const targetsOf = (kind: Kind): string => `label_values(watchpost_target_info{kind="${kind}"}, target)`

export const targetsOfKind = (kind: Kind): Variable =>
  several('target', { label: nouns[kind], query: targetsOf(kind) })

const everyTarget: Choice = {
  label: text('Target', '目標'),
  query: 'label_values(watchpost_target_info, target)',
}

export const oneService = one('target', { label: nouns.service, query: targetsOf('service') })
export const oneTarget = one('target', everyTarget)
export const targets = several('target', everyTarget)

export const tasks = several('task', {
  label: text('Task', '任務'),
  query: 'label_values(watchpost_task_info, task)',
})

/** The services that have a log; the name is the one their metrics have, so that links carry over. */
export const loggedServices: Variable = {
  name: 'target',
  build: (language) =>
    new QueryVariableBuilder('target')
      .label(nouns.service[language])
      .datasource(loki)
      .query({ label: 'service_name', refId: 'variable-target', stream: '', type: 1 })
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .multi(true)
      .includeAll(true)
      .allValue('.+')
      .current({ selected: true, text: ['All'], value: ['$__all'] }),
}

export const search: Variable = {
  name: 'search',
  build: (language) =>
    new TextBoxVariableBuilder('search').label(text('Contains', '包含')[language]).defaultValue(''),
}
