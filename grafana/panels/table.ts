// A row for each thing, a column for each question asked of it. Every column but the keys is a query of its own, and
// the rows are joined on the labels that the queries share.
import { TableCellDisplayMode, TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common'
import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table'
import { say } from '../language.ts'
import type { Language, Text } from '../language.ts'
import { buildLink } from '../links.ts'
import type { Link } from '../links.ts'
import { mappings } from '../mappings.ts'
import type { States } from '../mappings.ts'
import { rows } from '../queries.ts'
import type { Query } from '../queries.ts'
import { thresholds } from '../thresholds.ts'
import type { Steps } from '../thresholds.ts'
import type { Unit } from '../units.ts'
import { panel } from './panel.ts'
import type { Panel, PanelFacts } from './panel.ts'

export interface Column {
  /** The heading, or nothing for a column that is only there to bring in the rows. */
  readonly heading?: Text
  readonly unit?: Unit
  readonly decimals?: number
  readonly states?: States
  readonly steps?: Steps
  readonly shown?: 'coloured' | 'filled' | 'gauge' | 'wrapped'
  readonly links?: readonly Link[]
  readonly widthPixels?: number
  /** A column for the readers of one language. */
  readonly onlyIn?: Language
}

export interface Value extends Column {
  readonly expr: string
}

interface Table extends PanelFacts {
  /** The labels that name a row, in order. */
  readonly keys: Readonly<Record<string, Column>>
  readonly values: readonly Value[]
  /** Headings to sort by, the most important first. */
  readonly sort?: readonly { readonly by: Text; readonly descending?: boolean }[]
}

const cells = {
  coloured: { type: TableCellDisplayMode.ColorText },
  filled: { type: TableCellDisplayMode.ColorBackground, mode: 'basic' },
  wrapped: { type: TableCellDisplayMode.Auto },
  gauge: { type: TableCellDisplayMode.Gauge, mode: 'basic', valueDisplayMode: 'text' },
} as const

export function table(options: Table): Panel {
  const { keys, values, sort = [] } = options
  const queries: readonly Query[] = values.map(({ expr }) => rows(expr))
  // Grafana names the value column after its query only where there are several.
  const nameOf = (index: number): string =>
    values.length === 1 ? 'Value' : `Value #${String.fromCodePoint(65 + index)}`
  const columns: readonly (readonly [string, Column])[] = [
    ...Object.entries(keys),
    ...values.map((value, index) => [nameOf(index), value] as const),
  ]
  return panel(options, queries, (language) => {
    const drawn = new PanelBuilder().showHeader(true).filterable(false)
    const orders = sort.map(({ by, descending = false }) =>
      new TableSortByFieldStateBuilder().displayName(by[language]).desc(descending),
    )
    drawn.sortBy(orders)
    if (values.length > 1) drawn.withTransformation({ id: 'merge', options: {} })
    drawn.withTransformation({ id: 'organize', options: organize(columns, language) })
    for (const [name, column] of columns) {
      if (isShown(column, language)) drawn.overrideByName(name, properties(column, language))
    }
    return drawn
  })
}

function isShown(column: Column, language: Language): boolean {
  return column.heading !== undefined && (column.onlyIn ?? language) === language
}

function organize(columns: readonly (readonly [string, Column])[], language: Language): object {
  const hidden = columns.filter(([, column]) => !isShown(column, language)).map(([name]) => name)
  return {
    excludeByName: Object.fromEntries(['Time', ...hidden].map((name) => [name, true])),
    indexByName: Object.fromEntries(columns.map(([name], index) => [name, index])),
    renameByName: {},
  }
}

function properties(column: Column, language: Language): DynamicConfigValue[] {
  const { heading = '', unit, decimals, states, steps, shown, links = [], widthPixels } = column
  const found: DynamicConfigValue[] = [{ id: 'displayName', value: say(heading, language) }]
  if (unit !== undefined) found.push({ id: 'unit', value: unit })
  if (decimals !== undefined) found.push({ id: 'decimals', value: decimals })
  if (states !== undefined) found.push({ id: 'mappings', value: mappings(states, language) })
  if (steps !== undefined) found.push({ id: 'thresholds', value: thresholds(steps).build() })
  if (shown !== undefined) found.push({ id: 'custom.cellOptions', value: cells[shown] })
  if (shown === 'wrapped') found.push({ id: 'custom.wrapText', value: true })
  if (shown === 'gauge') found.push({ id: 'min', value: 0 }, { id: 'max', value: 1 })
  if (links.length > 0) {
    found.push({ id: 'links', value: links.map((link) => buildLink(link, language).build()) })
  }
  if (widthPixels !== undefined) found.push({ id: 'custom.width', value: widthPixels })
  return found
}
