import { expect, test } from 'vitest'
import { renderChart } from './chart.ts'
import type { Course } from './facts.ts'

const hour = 3600
const to = Date.UTC(2026, 0, 8) / 1000

function course(values: readonly (number | undefined)[]): Course {
  const from = to - values.length * hour
  const points = values.flatMap((value, index) =>
    value === undefined
      ? []
      : [[new Date((from + index * hour) * 1000).toISOString(), value] as [string, number]],
  )
  const trend = { target: 'shop', metric: 'cpu_usage', unit: 'percent', points } as Course['trend']
  return { trend, average: 50, highest: 60, lowest: 40, slope: undefined, before: undefined }
}

function draw(values: readonly (number | undefined)[], days: number): string {
  return renderChart({
    id: 'cpu',
    title: 'Processor use',
    description: 'of the test',
    courses: [course(values)],
    lines: [0],
    unit: '%',
    from: to - days * 86_400,
    to,
    limit: undefined,
    most: undefined,
    locale: 'en',
  })
}

test('an hour that is known alone is a dot, since a line of it would have no length', () => {
  expect(draw([50], 1).match(/<circle /g)).toHaveLength(1)
  expect(draw([50, undefined, 40, 60], 1).match(/<circle /g)).toHaveLength(1)
  expect(draw([50, 40, 60], 1)).not.toContain('<circle')
})

test('a day has hours below it, a week has days', () => {
  expect(draw([50], 1)).toContain('>12:00</text>')
  const week = draw([50], 7)
  expect(week).toContain('>Jan 5</text>')
  expect(week).not.toContain(':00</text>')
})
