// Numbers as Grafana writes them, and the words and colours that states and thresholds give them.
import type { FieldConfig, ThresholdsConfig, ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard'
import { paint } from './theme.ts'

export interface Shown {
  readonly text: string
  readonly colour: string
}

type Config = Pick<FieldConfig, 'unit' | 'decimals' | 'mappings' | 'thresholds'>

export function show(value: number | string, config: Config): Shown {
  const mapped = mapping(value, config.mappings ?? [])
  if (mapped !== undefined) return { text: mapped.text ?? String(value), colour: paint(mapped.color) }
  if (typeof value === 'string') return { text: value, colour: paint('text') }
  return { text: format(value, config), colour: paint(stepColour(value, config.thresholds)) }
}

function mapping(
  value: number | string,
  mappings: readonly ValueMapping[],
): { text?: string; color?: string } | undefined {
  const [first] = mappings
  const options = (first?.options ?? {}) as Readonly<Record<string, { text?: string; color?: string }>>
  return options[String(value)]
}

function stepColour(value: number, thresholds: ThresholdsConfig | undefined): string | undefined {
  return thresholds?.steps.findLast((step) => step.value === null || value >= step.value)?.color
}

export function format(value: number, { unit, decimals }: Config): string {
  const digits = (number: number, most: number): string => String(Number(number.toFixed(decimals ?? most)))
  switch (unit) {
    case 'percentunit':
      return `${digits(value * 100, 1)}%`
    case 's':
      return Math.abs(value) < 1 ? `${digits(value * 1000, 1)} ms` : duration(value)
    case 'dtdurations':
      return duration(value)
    case 'dateTimeFromNow':
      return fromNow(value / 1000 - Date.now() / 1000)
    case 'bytes':
    case 'Bps':
      return `${scaled(value, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB'])}${unit === 'Bps' ? '/s' : ''}`
    case 'reqps':
      return `${digits(value, 2)} req/s`
    case 'ops':
      return `${digits(value, 2)} /s`
    default:
      return Math.abs(value) >= 10_000 ? scaled(value, 1000, ['', 'K', 'Mil', 'Bil']) : digits(value, 2)
  }
}

function scaled(value: number, base: number, suffixes: readonly string[]): string {
  const power = Math.min(
    suffixes.length - 1,
    Math.max(0, Math.floor(Math.log(Math.abs(value) || 1) / Math.log(base))),
  )
  return `${Number((value / base ** power).toFixed(1))} ${suffixes[power] ?? ''}`.trim()
}

const spans: readonly (readonly [string, number])[] = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
]

function duration(seconds: number): string {
  const [name, length] = spans.find(([, span]) => Math.abs(seconds) >= span) ?? ['s', 1]
  return `${Number((seconds / length).toFixed(1))} ${name}`
}

function fromNow(seconds: number): string {
  return seconds < 0 ? `${duration(-seconds)} ago` : `in ${duration(seconds)}`
}
