import { expect, test } from 'vitest'
import { renderPage } from './exposition.ts'
import { counter, family, familyOf, gauge, histogram, histogramFamily, noLabels, states } from './metric.ts'

const renderText = (families: Parameters<typeof renderPage>[0]): string =>
  renderPage(families, 'text').toString()

const up = gauge('x_up', 'Whether it is up.', ['target'])

test('a family is its help, its type and its samples', () => {
  expect(
    renderText([
      family(up, [
        [{ target: 'a' }, true],
        [{ target: 'b' }, 0],
      ]),
    ]),
  ).toBe('# HELP x_up Whether it is up.\n# TYPE x_up gauge\nx_up{target="a"} 1\nx_up{target="b"} 0\n')
})

test('a family without samples leaves no trace', () => {
  expect(
    renderText([
      family(up, [
        [{ target: 'a' }, undefined],
        [{ target: 'b' }, Number.NaN],
      ]),
    ]),
  ).toBe('')
})

test('parts of one family that come from several collectors stand together', () => {
  const other = counter('y_total', 'Y.')
  const page = renderText([
    family(up, [[{ target: 'a' }, 1]]),
    family(other, [[noLabels, 2]]),
    family(up, [[{ target: 'b' }, 1]]),
  ])
  expect(page.match(/# TYPE x_up/g)).toHaveLength(1)
  expect(page.indexOf('target="b"')).toBeLessThan(page.indexOf('y_total'))
})

test('a series that is given twice is written once', () => {
  const page = renderText([
    family(up, [
      [{ target: 'a' }, 1],
      [{ target: 'a' }, 0],
    ]),
  ])
  expect(page.match(/x_up\{/g)).toHaveLength(1)
})

test('quotes, backslashes, line ends and half characters in labels are made harmless', () => {
  const page = renderText([family(up, [[{ target: 'a"b\\c\nd\u{d800}' }, 1]])])
  expect(page).toContain('x_up{target="a\\"b\\\\c\\nd\u{fffd}"} 1\n')
})

test('a histogram has cumulative buckets, a sum and a count', () => {
  const metric = histogram('d_seconds', 'How long.')
  const page = renderText([
    histogramFamily(metric, [{ labels: noLabels, bounds: [0.1, 1], counts: [1, 2, 3], sum: 4.5 }]),
  ])
  expect(page).toBe(
    '# HELP d_seconds How long.\n# TYPE d_seconds histogram\n' +
      'd_seconds_bucket{le="0.1"} 1\nd_seconds_bucket{le="1.0"} 2\nd_seconds_bucket{le="+Inf"} 3\n' +
      'd_seconds_sum 4.5\nd_seconds_count 3\n',
  )
})

test('of the states of a thing exactly one is 1', () => {
  expect(
    states({ target: 'a' }, 'status', ['good', 'bad'], 'bad').map(([labels, value]) => [
      labels['status'],
      value,
    ]),
  ).toEqual([
    ['good', 0],
    ['bad', 1],
  ])
})

const light = gauge('x_light', 'Which lamp is lit.', ['target', 'lamp'])
const lamps = ['red', 'green']

test('states follow what holds now, and a thing given twice is written once', () => {
  const labels = [{ target: 'a' }, { target: 'b' }, { target: 'a' }]
  const render = (lit: string): string =>
    renderText([familyOf(light, labels, (series, own) => series.addStates(own, 'lamp', lamps, lit))])
  const lines = (red: number, green: number): string =>
    ['a', 'b']
      .map((t) => `x_light{target="${t}",lamp="red"} ${red}\nx_light{target="${t}",lamp="green"} ${green}\n`)
      .join('')
  const head = '# HELP x_light Which lamp is lit.\n# TYPE x_light gauge\n'
  expect([render('red'), render('green'), render('blue'), render('red')]).toEqual(
    [lines(1, 0), lines(0, 1), lines(0, 0), lines(1, 0)].map((text) => head + text),
  )
})

test('of a split family what is missing is left out, and a family of nothing but that leaves no trace', () => {
  const render = (values: Readonly<Record<string, number>>): string =>
    renderText([
      familyOf(light, [noLabels], (series, own) =>
        series.addSplit(own, 'lamp', lamps, (name) => values[name]),
      ),
    ])
  expect(render({ green: 0.5 })).toContain('gauge\nx_light{lamp="green"} 0.5\n')
  expect(render({ red: Number.NaN })).toBe('')
})

test('a page can be written over an older one, longer or shorter', () => {
  const page = (count: number): Parameters<typeof renderPage>[0] => [
    family(
      up,
      Array.from({ length: count }, (_, index) => [{ target: `t${index}` }, 1] as const),
    ),
  ]
  const old = renderPage(page(3_000), 'text')
  for (const count of [1, 2_999, 30_000]) {
    const fresh = renderPage(page(count), 'text').toString()
    expect(renderPage(page(count), 'text', Buffer.from(old.buffer)).toString()).toBe(fresh)
  }
})

test('OpenMetrics names the family of a counter without its suffix and ends with EOF', () => {
  const page = renderPage([family(counter('y_total', 'Of "Y".'), [[noLabels, 2]])], 'openmetrics').toString()
  expect(page).toBe('# HELP y Of \\"Y\\".\n# TYPE y counter\ny_total 2\n# EOF\n')
})

test('a long page is the same as many short ones put together', () => {
  const samples = Array.from({ length: 20_000 }, (_, index) => [{ target: `t${index}` }, index] as const)
  const lines = renderText([family(up, samples)]).split('\n')
  expect(lines).toHaveLength(20_003)
  expect(lines.at(-2)).toBe('x_up{target="t19999"} 19999')
})
