// The rules of Grafana's dashboard-linter that apply, and our own. Its rules for the variables `job` and `instance` do
// not: our dashboards are about targets, whatever job or instance of Watchpost probes them.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { VariableType } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard'
import { render } from './dashboard.ts'
import { dashboards } from './dashboards/index.ts'
import { generate } from './generate.ts'
import { languages } from './language.ts'
import { panelsOf } from './layout.ts'
import { uids } from './links.ts'
import { unit } from './units.ts'

type Placed = Panel | RowPanel

const specs = dashboards.map((dashboard) => dashboard())
const models = specs.flatMap((spec) => languages.map((language) => render(spec, language)))
const english = specs.map((spec) => render(spec, 'en'))

function isPanel(placed: Placed): placed is Panel {
  return placed.type !== 'row'
}

function panelsIn(model: (typeof models)[number]): Panel[] {
  const placed = model.panels ?? []
  return placed.flatMap((one) => (isPanel(one) ? [one] : (one.panels ?? [])))
}

function everyPanel(): { readonly where: string; readonly panel: Panel }[] {
  return models.flatMap((model) =>
    panelsIn(model).map((panel) => ({ where: `${model.uid} panel ${panel.id}`, panel })),
  )
}

/** Grafana makes a column 150 pixels wide at least, unless it is told how wide. */
function shownColumnsOf({ fieldConfig, transformations = [] }: Panel): number[] {
  const organize = transformations.find(({ id }) => id === 'organize')?.options as {
    readonly excludeByName: Readonly<Record<string, boolean>>
    readonly indexByName: Readonly<Record<string, number>>
  }
  const widths = new Map(
    fieldConfig?.overrides.map(({ matcher, properties }) => [
      matcher.options,
      properties.find(({ id }) => id === 'custom.width')?.value as number | undefined,
    ]),
  )
  const shown = Object.keys(organize.indexByName).filter((name) => organize.excludeByName[name] !== true)
  return shown.map((name) => widths.get(name) ?? 150)
}

describe('every dashboard', () => {
  test('has a name of its own, and there is one for each', () => {
    expect(specs.map(({ name }) => name).toSorted()).toEqual(Object.keys(uids).toSorted())
    expect(english.map(({ uid = '' }) => uid.length).every((length) => length > 0 && length <= 40)).toBe(true)
    expect(new Set(english.map(({ title }) => title)).size).toBe(english.length)
  })

  test('is of the last classic schema and cannot be changed in the browser', () => {
    for (const model of models)
      expect(model).toMatchObject({ schemaVersion: 42, editable: false, graphTooltip: 1 })
  })

  test('asks for the values of its variables again when the time range changes', () => {
    const variables = models.flatMap((model) => model.templating.list ?? [])
    for (const variable of variables.filter(({ type }) => type === VariableType.Query))
      expect(variable.refresh).toBe(2)
  })

  test('has colours by name, which follow the light and the dark theme', () => {
    const found = models.flatMap(
      (model) => JSON.stringify(model).match(/"#[\da-f]{3,8}"|rgba?\([^)]*\)/gi) ?? [],
    )
    expect(found).toEqual([])
  })

  test('uses only variables that it has', () => {
    for (const model of models) {
      const known = new Set((model.templating.list ?? []).map(({ name }) => name))
      const used = JSON.stringify(panelsIn(model)).matchAll(/\$\{(\w+)(?::\w+)?\}/g)
      const missing = [...used]
        .map(([, name = '']) => name)
        .filter((name) => !name.startsWith('__') && !known.has(name))
      expect({ uid: model.uid, missing }).toEqual({ uid: model.uid, missing: [] })
    }
  })
})

describe('every panel', () => {
  test('has a number of its own within its dashboard', () => {
    for (const model of english) {
      const ids = [...(model.panels ?? []), ...panelsIn(model)].map((placed) => placed.id)
      const unique = new Set(ids)
      const rows = (model.panels ?? []).filter((placed) => !isPanel(placed)).length
      expect({ uid: model.uid, count: unique.size }).toEqual({
        uid: model.uid,
        count: rows + panelsIn(model).length,
      })
    }
  })

  test('has a title, a description and a word for when there is nothing', () => {
    const bare = everyPanel().filter(
      ({ panel }) => !panel.title || !panel.description || !panel.fieldConfig?.defaults.noValue,
    )
    expect(bare.map(({ where }) => where)).toEqual([])
  })

  test('speaks each language', () => {
    const texts = specs.flatMap(({ sections, text }) => [
      text.title['zh-TW'],
      ...panelsOf(sections).map((panel) => panel.text.description['zh-TW']),
      ...panelsOf(sections).map((panel) => panel.text.empty['zh-TW']),
    ])
    expect(texts.filter((text) => !/\p{Script=Han}/u.test(text))).toEqual([])
    const inEnglish = specs.flatMap(({ sections }) =>
      panelsOf(sections).map((panel) => panel.text.description.en),
    )
    expect(inEnglish.filter((text) => /\p{Script=Han}/u.test(text) || !text.endsWith('.'))).toEqual([])
  })

  test('has a known unit, unless it shows words', () => {
    const known = new Set<string>(Object.values(unit))
    const graphs = everyPanel().filter(({ panel }) =>
      ['stat', 'timeseries', 'bargauge', 'gauge'].includes(panel.type),
    )
    const unknown = graphs.filter(({ panel }) => {
      const { unit: chosen, mappings = [] } = panel.fieldConfig?.defaults ?? {}
      return mappings.length === 0 && !known.has(chosen ?? '')
    })
    expect(unknown.map(({ where }) => where)).toEqual([])
  })

  test('asks at least one question, of a data source that can be chosen', () => {
    for (const { where, panel } of everyPanel()) {
      expect({ where, targets: panel.targets?.length ?? 0 }).not.toEqual({ where, targets: 0 })
      expect(panel.datasource?.uid).toMatch(/^\$\{(loki_)?datasource\}$/)
    }
  })

  test('stands inside the grid and on no other', () => {
    for (const model of english) {
      const taken = new Set<string>()
      for (const { gridPos } of model.panels ?? []) {
        const { x, y, w, h } = gridPos ?? { x: -1, y: 0, w: 0, h: 0 }
        expect(x >= 0 && Number.isInteger(w) && w > 0 && x + w <= 24).toBe(true)
        for (let cell = 0; cell < w * h; cell += 1) {
          const key = `${x + (cell % w)},${y + Math.floor(cell / w)}`
          expect(taken.has(key)).toBe(false)
          taken.add(key)
        }
      }
    }
  })

  test('has room for its columns on a screen of 1440 pixels', () => {
    const screenPixels = 1408
    const tight = everyPanel()
      .filter(({ panel }) => panel.type === 'table')
      .map(({ where, panel }) => ({
        where,
        needed: shownColumnsOf(panel).reduce((sum, width) => sum + width, 0),
        room: (screenPixels * (panel.gridPos?.w ?? 0)) / 24 - 16,
      }))
      .filter(({ needed, room }) => needed > room)
    expect(tight).toEqual([])
  })

  test('links only to dashboards that exist, with variables that they have and the time range', () => {
    const destinations = new Map(
      english.map((model) => [model.uid, (model.templating.list ?? []).map(({ name }) => name)]),
    )
    const urls = [
      ...new Set(
        JSON.stringify(models)
          .matchAll(/"url":"(\/d\/[^"]+)"/g)
          .map(([, url = '']) => url),
      ),
    ]
    expect(urls.length).toBeGreaterThan(5)
    for (const url of urls) {
      const [, uid = ''] = /^\/d\/([\w-]+)\?/.exec(url) ?? []
      const variables = [...url.matchAll(/var-(\w+)=/g)].map(([, name]) => name)
      const missing = variables.filter((name = '') => destinations.get(uid)?.includes(name) !== true)
      expect({ url, missing, exists: destinations.has(uid) }).toEqual({ url, missing: [], exists: true })
      // Logs are those of the moment that was clicked on.
      const range = uid === uids.logs ? 'time=${__value.time}&time.window=600000' : '${__url_time_range}'
      expect(url).toContain(range)
    }
  })
})

describe('the node graph', () => {
  const graphs = english.flatMap(panelsIn).filter(({ type }) => type === 'nodeGraph')

  test('has frames that Grafana takes for nodes and edges', () => {
    for (const graph of graphs) {
      expect(graph.targets).toMatchObject([
        { refId: 'nodes', format: 'table', instant: true },
        { refId: 'edges', format: 'table', instant: true },
      ])
    }
    expect(graphs.length).toBeGreaterThan(0)
  })
})

test('the files are as the code makes them', async () => {
  const files = await generate()
  for (const [path, content] of Object.entries(files)) {
    const found = await readFile(join(import.meta.dirname, '..', path), 'utf8')
    expect({ path, isCurrent: found === content }).toEqual({ path, isCurrent: true })
  }
})
