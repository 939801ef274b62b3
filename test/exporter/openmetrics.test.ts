// The reader that other tests rely on is as strict as the specification, and no two metrics get in each other's way.
import { expect, test } from 'vitest'
import { collectors } from '../../exporter/src/collectors/all.ts'
import { targetMetrics } from '../../exporter/src/collectors/target-families.ts'
import { pageMetrics } from '../../exporter/src/http/page.ts'
import { renderPage } from '../../exporter/src/metrics/exposition.ts'
import { family, histogramFamily, noLabels } from '../../exporter/src/metrics/metric.ts'
import { createSelfMetrics } from '../../exporter/src/metrics/self.ts'
import { parseOpenMetrics } from '../harness/openmetrics.ts'

const gauge = '# HELP a A.\n# TYPE a gauge\n'
const counter = '# HELP a A.\n# TYPE a counter\n'
const histogram = '# HELP a A.\n# TYPE a histogram\n'
const eof = '# EOF\n'

test.each([
  ['one of each', `${gauge}a 1\n# HELP b B.\n# TYPE b counter\nb_total 2\n`],
  ['a family without samples', gauge],
  ['every escape', String.raw`${gauge}a{x="\\\"\n"} 1` + '\n'],
  ['a histogram', `${histogram}a_bucket{le="1.0"} 1\na_bucket{le="+Inf"} 2\na_sum 3\na_count 2\n`],
  ['large, small and infinite numbers', `${gauge}a{x="1"} 1e+30\na{x="2"} -5e-9\na{x="3"} +Inf\n`],
])('%s is read', (_what, page) => {
  expect(() => parseOpenMetrics(page + eof)).not.toThrow()
})

test.each([
  ['no end', `${gauge}a 1\n`],
  ['something after the end', `${gauge}a 1\n${eof}a 2\n`],
  ['an empty line', `${gauge}\na 1\n${eof}`],
  ['a line that does not end', `${gauge}a 1${eof}`],
  ['a carriage return', `${gauge}a 1\r\n${eof}`],
  ['a comment', `# hello\n${gauge}a 1\n${eof}`],
  ['a sample without its type', `a 1\n${eof}`],
  ['a sample of another family', `${gauge}b 1\n${eof}`],
  ['a type after the samples', `# HELP a A.\na 1\n# TYPE a gauge\n${eof}`],
  ['a type that there is not', `# HELP a A.\n# TYPE a meter\na 1\n${eof}`],
  ['a family in two places', `${gauge}a 1\n# HELP b B.\n# TYPE b gauge\nb 1\n${gauge}a{x="1"} 1\n${eof}`],
  ['a family given twice', `${gauge}${gauge}a 1\n${eof}`],
  ['a counter without its suffix', `${counter}a 1\n${eof}`],
  ['a counter whose family bears the suffix', `# HELP a_total A.\n# TYPE a_total counter\na_total 1\n${eof}`],
  ['a counter below 0', `${counter}a_total -1\n${eof}`],
  ['a counter and a gauge of one name', `${gauge}a 1\n${counter}a_total 1\n${eof}`],
  [
    'a counter and a gauge that writes the same',
    `${counter}a_total 1\n# HELP a_total A.\n# TYPE a_total gauge\na_total 1\n${eof}`,
  ],
  ['a series twice', `${gauge}a{x="1"} 1\na{x="1"} 1\n${eof}`],
  ['a series twice, its labels in another order', `${gauge}a{x="1",y="2"} 1\na{y="2",x="1"} 1\n${eof}`],
  ['a label twice', `${gauge}a{x="1",x="2"} 1\n${eof}`],
  ['a reserved label', `${gauge}a{__x="1"} 1\n${eof}`],
  ['a label that ends open', `${gauge}a{x="1} 1\n${eof}`],
  ['a comma too many', `${gauge}a{x="1",} 1\n${eof}`],
  ['an unknown escape', String.raw`${gauge}a{x="\t"} 1` + `\n${eof}`],
  ['an unknown escape in the help', String.raw`# HELP a \t` + `\n# TYPE a gauge\na 1\n${eof}`],
  ['two blanks', `${gauge}a  1\n${eof}`],
  ['a blank at the end', `${gauge}a 1 \n${eof}`],
  ['a value in hexadecimal', `${gauge}a 0x10\n${eof}`],
  ['NaN, which we never write', `${gauge}a NaN\n${eof}`],
  ['a histogram without +Inf', `${histogram}a_bucket{le="1.0"} 1\na_sum 3\na_count 1\n${eof}`],
  [
    'buckets that fall',
    `${histogram}a_bucket{le="1.0"} 2\na_bucket{le="+Inf"} 1\na_sum 3\na_count 1\n${eof}`,
  ],
  [
    'buckets out of order',
    `${histogram}a_bucket{le="+Inf"} 2\na_bucket{le="1.0"} 1\na_sum 3\na_count 2\n${eof}`,
  ],
  [
    'a bound written as a whole number',
    `${histogram}a_bucket{le="1"} 1\na_bucket{le="+Inf"} 1\na_sum 3\na_count 1\n${eof}`,
  ],
  ['half a count', `${histogram}a_bucket{le="+Inf"} 1.5\na_sum 3\na_count 1.5\n${eof}`],
  ['a count that is not the last bucket', `${histogram}a_bucket{le="+Inf"} 1\na_sum 3\na_count 2\n${eof}`],
  ['no sum', `${histogram}a_bucket{le="+Inf"} 1\na_count 1\n${eof}`],
  ['a bucket without a bound', `${histogram}a_bucket 1\na_sum 3\na_count 1\n${eof}`],
  [
    'two metrics in turn',
    `${histogram}a_bucket{x="1",le="+Inf"} 1\na_bucket{x="2",le="+Inf"} 1\na_sum{x="1"} 1\na_count{x="1"} 1\na_sum{x="2"} 1\na_count{x="2"} 1\n${eof}`,
  ],
])('%s is refused', (_what, page) => {
  expect(() => parseOpenMetrics(page)).toThrow(/./)
})

test('a page with all metrics that are declared is one that a strict reader takes', () => {
  const declared = [...targetMetrics, ...collectors.flatMap(({ metrics }) => metrics), ...pageMetrics]
  const own = createSelfMetrics().families()
  const families = declared.map((metric) =>
    metric.type === 'histogram'
      ? histogramFamily(metric, [{ labels: noLabels, bounds: [1], counts: [1, 2], sum: 3 }])
      : family(metric, [[noLabels, 1]]),
  )
  const parsed = parseOpenMetrics(renderPage([...families, ...own], 'openmetrics').toString())
  expect(parsed.length).toBeGreaterThan(declared.length)
})
