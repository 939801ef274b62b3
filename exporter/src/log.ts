// The only place that writes log lines. Messages are lower case; secrets never reach it.
import { pino } from 'pino'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type LogFields = Readonly<Record<string, unknown>>
export type Log = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>

export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

// What is kept while a full disk takes no line; more is lost.
const keptBytes = 262_144

/** JSON lines on standard error: standard output belongs to what a command was asked for. */
export function createLog(level: LogLevel): Log {
  const destination = pino.destination({ fd: 2, sync: true, maxLength: keptBytes })
  // A log that cannot be written, on a disk that is full, must not end what it tells of.
  destination.on('error', () => {})
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  )
  const line = (at: LogLevel) => (message: string, fields?: LogFields) => logger[at](fields ?? {}, message)
  return Object.freeze({ debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') })
}

/** The message of a thrown value with those of its causes, for a person. */
export function explain(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  const own = thrown.message || ('code' in thrown ? String(thrown.code) : thrown.name)
  return thrown.cause === undefined ? own : `${own}: ${explain(thrown.cause)}`
}
