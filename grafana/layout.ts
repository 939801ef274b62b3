// Where panels stand: sections one under another, each of bands, each of panels side by side in a grid of 24 columns.
import { RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Panel as Model, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Language, Text } from './language.ts'
import type { Panel } from './panels/panel.ts'

const columns = 24

export interface Band {
  readonly height: number
  readonly panels: readonly (readonly [Panel, number])[]
}

export interface Section {
  readonly title: Text
  readonly bands: readonly Band[]
  /** Closed until it is opened, and asked nothing until then. */
  readonly collapsed: boolean
}

/** Panels of one height side by side: each with its width, or sharing the width evenly. */
export function band(height: number, ...panels: readonly (Panel | readonly [Panel, number])[]): Band {
  const edge = (index: number): number => Math.round((index * columns) / panels.length)
  const widthAt = (index: number): number => edge(index + 1) - edge(index)
  return {
    height,
    panels: panels.map((entry, index) => ('build' in entry ? ([entry, widthAt(index)] as const) : entry)),
  }
}

export function section(title: Text, ...bands: readonly Band[]): Section {
  return { title, bands, collapsed: false }
}

export function closedSection(title: Text, ...bands: readonly Band[]): Section {
  return { title, bands, collapsed: true }
}

export function panelsOf(sections: readonly Section[]): readonly Panel[] {
  return sections.flatMap(({ bands }) => bands.flatMap(({ panels }) => panels.map(([panel]) => panel)))
}

/** All rows and panels with their places. Ids of rows begin where those of panels end. */
export function place(sections: readonly Section[], language: Language): (Model | RowPanel)[] {
  const placed: (Model | RowPanel)[] = []
  let top = 0
  for (const [index, { title, bands, collapsed }] of sections.entries()) {
    const row = new RowBuilder(title[language]).id(1001 + index).collapsed(collapsed)
    const gridPos = { x: 0, y: top, w: columns, h: 1 }
    const panels = placeBands(bands, top + 1, language)
    if (collapsed) {
      placed.push({ ...row.build(), gridPos, panels })
      top += 1
    } else {
      placed.push({ ...row.build(), gridPos }, ...panels)
      top += 1 + bands.reduce((sum, { height }) => sum + height, 0)
    }
  }
  return placed
}

function placeBands(bands: readonly Band[], from: number, language: Language): Model[] {
  let top = from
  return bands.flatMap(({ height, panels }) => {
    const models = placeBand(panels, { y: top, h: height }, language)
    top += height
    return models
  })
}

function placeBand(
  panels: Band['panels'],
  at: { readonly y: number; readonly h: number },
  language: Language,
): Model[] {
  let x = 0
  return panels.map(([panel, width]) => {
    const gridPos = { x, y: at.y, w: width, h: at.h }
    x += width
    return { ...panel.build(language), gridPos }
  })
}
