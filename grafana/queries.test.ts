import { parser } from '@grafana/lezer-logql'
import { describe, expect, test } from 'vitest'
import { annotationQueries } from './annotations.ts'
import { dashboards } from './dashboards/index.ts'
import { alertDashboards, declaredMetrics, isForeign } from './declared-metrics.ts'
import { all, interpolate } from './interpolation.ts'
import type { Scope } from './interpolation.ts'
import { panelsOf } from './layout.ts'
import { uids } from './links.ts'
import { readQuery } from './promql.ts'

interface Asked {
  readonly where: string
  readonly query: string
}

const inPanels: Asked[] = dashboards.flatMap((dashboard) => {
  const { name, sections } = dashboard()
  return panelsOf(sections).flatMap(({ id, queries }) =>
    queries
      .filter(({ shape }) => shape !== 'logs')
      .map(({ expr }) => ({ where: `${name} panel ${id}`, query: expr })),
  )
})
const inAnnotations: Asked[] = annotationQueries.map((query) => ({ where: 'annotation', query }))
const asked = [...inPanels, ...inAnnotations]

const scope: Scope = {
  variables: { target: all, task: all, datasource: 'prometheus' },
  rangeSeconds: 21_600,
  intervalSeconds: 30,
  scrapeIntervalSeconds: 15,
}
const read = asked.map(({ where, query }) => ({ where, query, ...readQuery(interpolate(query, scope)) }))
const declared = await declaredMetrics()

describe('every query', () => {
  test('parses once its variables are filled in', () => {
    expect(read.filter(({ errors }) => errors.length > 0)).toEqual([])
  })

  test('parses with targets whose names hold quotes, backslashes and operators', () => {
    const odd = {
      ...scope,
      variables: { target: ['a"b', String.raw`c\d`, "e'f{g}|(h)"], task: '每小時 "1"' },
    }
    const broken = asked.filter(({ query }) => readQuery(interpolate(query, odd)).errors.length > 0)
    expect(broken).toEqual([])
  })

  test('names only metrics that are exported or recorded', () => {
    const unknown = read.flatMap(({ where, selectors }) =>
      selectors
        .filter(({ metric }) => !declared.has(metric) && !isForeign(metric))
        .map(({ metric }) => `${where}: ${metric}`),
    )
    expect([...new Set(unknown)]).toEqual([])
  })

  test('selects only by labels that the metric has', () => {
    const unknown = read.flatMap(({ where, selectors }) =>
      selectors.flatMap(({ metric, labels }) => {
        const known = declared.get(metric)?.labels
        const strange = known === undefined ? [] : labels.filter((label) => !known.has(label))
        return strange.map((label) => `${where}: ${metric} has no label ${label}`)
      }),
    )
    expect(unknown).toEqual([])
  })

  test('asks a counter for its increase, or counts its series, but never takes its value', () => {
    const raw = read.flatMap(({ where, selectors }) =>
      selectors
        .filter(({ metric }) => declared.get(metric)?.isCounter === true || metric.endsWith('_total'))
        .filter(({ within }) => !['rate', 'increase', 'count'].includes(within ?? ''))
        .map(({ metric }) => `${where}: ${metric}`),
    )
    expect(raw).toEqual([])
  })

  test('rates over a window that holds at least four scrapes', () => {
    const fixed = asked.filter(
      ({ query }) => /\birate\(/.test(query) || /\brate\([^[]*\[[1-9]?\d*s?\]/.test(query),
    )
    expect(fixed).toEqual([])
  })
})

test('every question to Loki parses, whatever is searched for', () => {
  const questions = dashboards.flatMap((dashboard) =>
    panelsOf(dashboard().sections).flatMap(({ queries }) => queries.filter(({ shape }) => shape === 'logs')),
  )
  expect(questions.length).toBeGreaterThan(2)
  for (const search of ['', 'a "b" {c} | d']) {
    const variables = { target: ['ohlc_api', "odd 'one'"], search }
    const broken = questions
      .map(({ expr }) => interpolate(expr, { ...scope, variables }))
      .filter((query) => isBroken(parser.parse(query)))
    expect(broken).toEqual([])
  }
})

function isBroken(tree: ReturnType<typeof parser.parse>): boolean {
  let errors = 0
  tree.iterate({ enter: ({ type }) => void (errors += Number(type.isError)) })
  return errors > 0
}

test('every alert leads to a dashboard that exists, with variables that it has', async () => {
  const variables = new Map<string, string[]>(
    dashboards.map((dashboard) => {
      const { name, variables: own = [] } = dashboard()
      return [uids[name], own.map((variable) => variable.name)]
    }),
  )
  const urls = await alertDashboards()
  expect(urls.length).toBeGreaterThan(5)
  for (const url of urls) {
    const [, uid = ''] = /^\/d\/([\w-]+)/.exec(url) ?? []
    const set = [...url.matchAll(/var-(\w+)=/g)].map(([, name = '']) => name)
    const missing = set.filter((name) => variables.get(uid)?.includes(name) !== true)
    expect({ url, exists: variables.has(uid), missing }).toEqual({ url, exists: true, missing: [] })
  }
})

test('a unit fits what is measured', () => {
  const fits: Readonly<Record<string, RegExp>> = {
    bytes: /bytes/,
    Bps: /bytes.*\brate\(|\brate\(.*bytes/,
    s: /seconds|time\(\)|response_time/,
    dtdurations: /seconds|deriv|time\(\)|ALERTS/,
    dateTimeFromNow: /^\(?1000 \*.*(timestamp|ALERTS_FOR_STATE)/,
    percentunit: /ratio|\/|avg|max\(quantile|rate\(.*seconds/,
    reqps: /\brate\(|request_rate/,
    ops: /\brate\(/,
  }
  const wrong = dashboards.flatMap((dashboard) => {
    const { name, sections } = dashboard()
    return panelsOf(sections).flatMap((panel) => {
      const chosen = panel.build('en').fieldConfig?.defaults.unit ?? 'none'
      const pattern = fits[chosen] ?? /./
      const misfits = panel.queries.filter(
        ({ expr }) => !pattern.test(expr) && !expr.includes('watchpost_threshold'),
      )
      return misfits.map(({ expr }) => `${name} ${panel.id}: ${chosen}: ${expr}`)
    })
  })
  expect(wrong).toEqual([])
})
