// The SQL around the query of a statistic: it bounds what comes back, and lets the database do the sorting into buckets.
import type { Statistic } from './section.ts'

/** The query as it is run. One row more than is wanted tells whether any were left out. */
export function wrapQuery(statistic: Statistic): string {
  if (statistic.type === 'histogram') return wrapHistogram(statistic)
  return `SELECT * FROM (${statistic.query}\n) AS statistic LIMIT ${statistic.max_series + 1}`
}

function wrapHistogram({ query, value, labels = [], buckets = [], max_series }: Statistic): string {
  const number = `${quote(value)}::float8`
  // The number of bounds that are exceeded is the index of the bucket, with bounds that belong to it (le).
  const index = buckets.map((bound) => `(${number} > ${bound})::int`).join(' + ')
  const keys = labels.map(quote)
  const groups = [...keys, 'bucket'].join(', ')
  const columns = [
    ...keys,
    `${index} AS bucket`,
    'count(*)::float8 AS observations',
    `sum(${number}) AS total`,
  ]
  const rows = max_series * (buckets.length + 1)
  return `SELECT ${columns.join(', ')} FROM (${query}\n) AS statistic WHERE ${quote(value)} IS NOT NULL GROUP BY ${groups} LIMIT ${rows + 1}`
}

export function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
