// Which of two formats the asker likes best, by the Accept header.
import type { Format } from '../metrics/exposition.ts'

interface Range {
  readonly type: string
  readonly version: string | undefined
  readonly quality: number
}

/** Without a preference it is the text format, which everything understands. */
export function chooseFormat(accept: string | undefined): Format {
  const ranges = (accept ?? '*/*').split(',').map(readRange)
  const openmetrics = best(ranges, ({ type, version }) => {
    // Version 0.0.1 was the draft of 1.0.0; whoever takes that or names no version reads our page.
    return (
      type === 'application/openmetrics-text' &&
      (version === undefined || /^(?:1\.0\.0|0\.0\.1)$/.test(version))
    )
  })
  const text = best(ranges, ({ type, version }) => {
    return type === 'text/plain'
      ? version === undefined || version === '0.0.4'
      : /^(?:text\/\*|\*\/\*)$/.test(type)
  })
  return openmetrics > text ? 'openmetrics' : 'text'
}

function best(ranges: readonly Range[], fits: (range: Range) => boolean): number {
  return Math.max(0, ...ranges.filter(fits).map(({ quality }) => quality))
}

function readRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const named = new Map(parameters.map((parameter) => parameter.split('=', 2) as [string, string]))
  const quality = Number(named.get('q') ?? 1)
  return { type, version: named.get('version'), quality: Number.isFinite(quality) ? quality : 0 }
}
