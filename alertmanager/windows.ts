// Quiet hours and maintenance windows: `22:00-07:00`, `sunday 02:00-04:00`, `monday..friday 12:00-13:00`.
const weekdayNames = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const

interface TimeInterval {
  readonly weekdays?: readonly string[]
  readonly times: readonly { readonly start_time: string; readonly end_time: string }[]
  readonly location: string
}

/** Undefined when the text is not of that form. A window past midnight becomes two, the second a day later. */
export function parseWindow(text: string, location: string): readonly TimeInterval[] | undefined {
  const match = /^(?:([a-z]+)(?:\.\.([a-z]+))?\s+)?(\d\d:\d\d)-(\d\d:\d\d)$/.exec(text.trim().toLowerCase())
  const [, firstDay, lastDay, start = '', end = ''] = match ?? []
  const weekdays = daysBetween(firstDay, lastDay ?? firstDay)
  if (!weekdays || !isTime(start) || !(isTime(end) || end === '24:00') || start === end) return undefined
  const interval = (on: readonly number[], from: string, to: string): TimeInterval => ({
    ...(on.length > 0 ? { weekdays: on.map((day) => weekdayNames[day % 7] ?? '') } : {}),
    times: [{ start_time: from, end_time: to }],
    location,
  })
  if (start < end) return [interval(weekdays, start, end)]
  const evening = interval(weekdays, start, '24:00')
  const nextDays = weekdays.map((day) => day + 1)
  return end === '00:00' ? [evening] : [evening, interval(nextDays, '00:00', end)]
}

function daysBetween(first: string | undefined, last: string | undefined): number[] | undefined {
  if (first === undefined || last === undefined) return []
  const from = weekdayNames.findIndex((day) => day === first)
  const to = weekdayNames.findIndex((day) => day === last)
  if (from === -1 || to === -1) return undefined
  return Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, step) => from + step)
}

function isTime(text: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(text)
}
