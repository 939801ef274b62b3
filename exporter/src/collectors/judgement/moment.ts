// Points in time as services write them.

const dateTime = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/i
/** In seconds the year 5138, in milliseconds 1973: nothing that a service reports lies between. */
const firstMilliseconds = 100_000_000_000
/** Beyond it no Date can be made, and no such time is meant. */
const latestSeconds = 8.64e12

/** Unix seconds of RFC 3339, a date alone (its first moment, UTC), or epoch seconds or milliseconds. */
export function readMoment(value: unknown): number | undefined {
  if (typeof value === 'number') return fromEpoch(value)
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (/^\d{1,16}(?:\.\d+)?$/.test(text)) return fromEpoch(Number(text))
  const [, date, clock, zone] = dateTime.exec(text) ?? []
  if (date === undefined) return undefined
  const iso = `${date}T${(clock ?? '00:00:00').replace(',', '.')}${isoZone(zone)}`
  const milliseconds = Date.parse(iso)
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000
}

/** A time without a zone is taken as UTC, never as the zone of whoever reads it. */
function isoZone(zone: string | undefined): string {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 'Z'
  return zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`
}

function fromEpoch(number: number): number | undefined {
  if (!Number.isFinite(number) || number < 0) return undefined
  const seconds = number >= firstMilliseconds ? number / 1000 : number
  return seconds <= latestSeconds ? seconds : undefined
}
