// Tables: the answers joined on the labels that they share, as Grafana's merge does.
import type { DynamicConfigValue, Panel as Model } from '@grafana/grafana-foundation-sdk/dashboard'
import { lastValue } from './drawing.ts'
import type { Drawing } from './drawing.ts'
import { fit, rectangle, wrap, write } from './svg.ts'
import { theme } from './theme.ts'
import { show } from './values.ts'

type Row = Readonly<Record<string, string | number>>

interface Column {
  readonly field: string
  readonly properties: Readonly<Record<string, unknown>>
  readonly fixedWidth: number | undefined
}

const rowHeight = 26
const lineHeight = 15
/** Grafana makes no column narrower by itself; what has no room is scrolled to. */
const minWidth = 150

export function drawTable(drawing: Drawing): string {
  const { model, size } = drawing
  const columns = placeColumns(shownColumns(model), size.width)
  const parts = columns.map(({ properties, x, width }) =>
    write(x + 8, 17, fit(String(properties['displayName']), width - 10), { colour: '#6e9fff', weight: 600 }),
  )
  let y = rowHeight
  for (const row of sorted(joinRows(drawing, columns), model)) {
    const height = Math.max(...columns.map((column) => heightOf(row[column.field], column)))
    if (y + height > size.height) break
    parts.push(rectangle({ x: 0, y, width: size.width, height: 1 }, theme.grid))
    for (const column of columns) parts.push(drawCell(row[column.field], column, y))
    y += height
  }
  return parts.join('')
}

interface Place {
  readonly x: number
  readonly width: number
}

function placeColumns(columns: readonly Column[], available: number): (Column & Place)[] {
  const fixed = columns.reduce((sum, { fixedWidth = 0 }) => sum + fixedWidth, 0)
  const free = columns.filter(({ fixedWidth }) => fixedWidth === undefined).length
  let x = 0
  return columns.map((column) => {
    const width = column.fixedWidth ?? Math.max(minWidth, (available - fixed) / free)
    x += width
    return { ...column, x: x - width, width }
  })
}

interface CellOptions {
  readonly type?: string
}

function cellOf({ properties }: Column): CellOptions {
  const options: CellOptions | undefined = properties['custom.cellOptions'] ?? undefined
  return options ?? {}
}

function linesOf(value: string | number, column: Column & Place): string[] {
  const { text } = show(value, column.properties)
  return wrap(text, column.width - 12, column.properties['custom.wrapText'] === true ? 4 : 1)
}

function heightOf(value: string | number | undefined, column: Column & Place): number {
  const lines = value === undefined ? 1 : linesOf(value, column).length
  return rowHeight + (lines - 1) * lineHeight
}

function drawCell(value: string | number | undefined, column: Column & Place, y: number): string {
  if (value === undefined) return ''
  const { x, width, properties } = column
  const { text, colour } = show(value, properties)
  const { type } = cellOf(column)
  if (type === 'color-background') {
    const box = rectangle({ x: x + 4, y: y + 3, width: width - 8, height: rowHeight - 6 }, colour)
    return `${box}${write(x + 10, y + 18, fit(text, width - 14), { colour: '#ffffff', weight: 600 })}`
  }
  if (type === 'gauge') {
    const room = width - 66
    const bar = { x: x + 8, y: y + 8, width: Math.max(0, room * Math.min(1, Number(value))), height: 10 }
    const track = rectangle({ ...bar, width: room }, theme.grid)
    return `${track}${rectangle(bar, colour)}${write(x + room + 14, y + 18, text, { colour })}`
  }
  const ink = type === 'color-text' ? colour : theme.text
  const lines = linesOf(value, column)
  return lines.map((line, index) => write(x + 8, y + 18 + index * lineHeight, line, { colour: ink })).join('')
}

/** Columns that are not hidden, in the order of the panel. */
function shownColumns(model: Model): Column[] {
  const organize = (model.transformations ?? []).find(({ id }) => id === 'organize')
  const order = organize?.options as {
    excludeByName: Record<string, boolean>
    indexByName: Record<string, number>
  }
  const overrides = new Map(
    (model.fieldConfig?.overrides ?? []).map(({ matcher, properties }) => [
      String(matcher.options),
      properties,
    ]),
  )
  return Object.keys(order.indexByName)
    .filter((field) => !order.excludeByName[field])
    .map((field) => {
      const properties = toRecord(overrides.get(field) ?? [])
      const width = properties['custom.width']
      return { field, properties, fixedWidth: typeof width === 'number' ? width : undefined }
    })
}

function toRecord(properties: readonly DynamicConfigValue[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(properties.map(({ id, value }) => [id, value]))
}

function joinRows({ asked }: Drawing, columns: readonly Column[]): Row[] {
  const labels = columns.map(({ field }) => field).filter((field) => !field.startsWith('Value'))
  const joined = new Map<string, Record<string, string | number>>()
  const inSeveral = (label: string): boolean =>
    asked.filter(({ answer }) => answer.series.some((one) => label in one.labels)).length > 1
  const shared = asked.length > 1 ? labels.filter(inSeveral) : labels
  for (const [index, { answer }] of asked.entries()) {
    const field = asked.length === 1 ? 'Value' : `Value #${String.fromCodePoint(65 + index)}`
    for (const one of answer.series) {
      const key = shared.map((label) => one.labels[label] ?? '').join('\u0000')
      joined.set(key, { ...joined.get(key), ...one.labels, [field]: lastValue(one) ?? 0 })
    }
  }
  return [...joined.values()]
}

function sorted(rows: readonly Row[], model: Model): Row[] {
  const [first] =
    (model.options as { readonly sortBy?: readonly { displayName: string; desc: boolean }[] }).sortBy ?? []
  const override = (model.fieldConfig?.overrides ?? []).find(
    ({ properties }) => toRecord(properties)['displayName'] === first?.displayName,
  )
  const field = String(override?.matcher.options ?? '')
  const sign = first?.desc === true ? -1 : 1
  const compare = (a: string | number, b: string | number): number =>
    typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b))
  return rows.toSorted((one, other) => sign * compare(one[field] ?? '', other[field] ?? ''))
}
