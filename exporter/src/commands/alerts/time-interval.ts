// Whether one of Alertmanager's time intervals is open now; alertmanager/windows.ts writes such.

export interface TimeInterval {
  readonly times?: readonly { readonly start_time: string; readonly end_time: string }[]
  /** `friday`, or `monday:friday`. */
  readonly weekdays?: readonly string[]
  readonly location?: string
}

export interface NamedInterval {
  readonly name: string
  readonly time_intervals?: readonly TimeInterval[]
}

const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const known = new Set(['times', 'weekdays', 'location'])

/** Undefined where it is told by days of a month, months or years, which nobody here writes. */
export function isOpen({ time_intervals: parts = [] }: NamedInterval, now: Date): boolean | undefined {
  if (parts.some((part) => !Object.keys(part).every((key) => known.has(key)))) return undefined
  return parts.some(({ times, weekdays, location = 'UTC' }) => {
    const { day, minute } = readClock(now, location)
    return (
      (times ?? [whole]).some(
        (time) => minutesOf(time.start_time) <= minute && minute < minutesOf(time.end_time),
      ) && (weekdays ?? ['sunday:saturday']).some((range) => contains(range, day))
    )
  })
}

const whole = { start_time: '00:00', end_time: '24:00' }

function contains(range: string, day: number): boolean {
  const [first = '', last = first] = range.toLowerCase().split(':')
  return days.indexOf(first) <= day && day <= days.indexOf(last)
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

function readClock(now: Date, timeZone: string): { readonly day: number; readonly minute: number } {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone,
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(now)
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? ''
  return {
    day: days.indexOf(part('weekday').toLowerCase()),
    minute: minutesOf(`${part('hour')}:${part('minute')}`),
  }
}
