// What every probe reports, whatever it touches. The names equal the phases and reasons of a target.
import { explain } from '../log.ts'
import { cutNoMore, cutOnAbort } from './cut.ts'
import type { Cuttable } from './cut.ts'

type Phase = 'dns' | 'connect' | 'tls' | 'processing' | 'transfer'
type Phases = Readonly<Partial<Record<Phase, number>>>

/** Why a probe got no answer that could be judged. */
export type Failure =
  'dns' | 'connect' | 'tls' | 'timeout' | 'body' | 'size' | 'redirect' | 'auth' | 'quota' | 'error'

export interface Fault {
  readonly failure: Failure
  /** For people, never a label. Holds no secret. */
  readonly detail: string
}

export interface Outcome {
  readonly failure: Failure | undefined
  readonly detail: string | undefined
  readonly durationSeconds: number
  /** Seconds by phase, also of the phase that failed; a phase that did not happen is absent. */
  readonly phases: Phases
}

/** One probe from start to end: its clock, the phase it is in, and the moment at which it must stop. */
export interface Course {
  readonly phases: Phases
  readonly phase: Phase | undefined
  readonly isCut: boolean
  /** Ends the present phase and begins the next. A phase entered twice adds up. */
  enter(phase: Phase | undefined): void
  /** Names what to tear down when time is up; at once when it is up already. The last one named counts. */
  onCut(action: () => void): void
  /** Ends the last phase and lets go of timer and signal. Must be called. */
  end(): number
}

interface CourseLimits {
  readonly signal: AbortSignal
  /** Counted from the start of the probe, beside the signal. */
  readonly timeoutSeconds?: number | undefined
}

export function startCourse(limits: CourseLimits): Course {
  return new RunningCourse(limits)
}

/** A class, for a thousand of them are under way at once: its methods are shared, closures would be made for each. */
class RunningCourse implements Course, Cuttable {
  readonly phases: Partial<Record<Phase, number>> = {}
  phase: Phase | undefined
  isCut: boolean
  readonly #signal: AbortSignal
  readonly #started = performance.now()
  #since = this.#started
  #action: (() => void) | undefined
  readonly #timer: NodeJS.Timeout | undefined

  constructor({ signal, timeoutSeconds }: CourseLimits) {
    this.isCut = signal.aborted
    this.#signal = signal
    this.#timer = timeoutSeconds === undefined ? undefined : setTimeout(cut, timeoutSeconds * 1000, this)
    cutOnAbort(signal, this)
  }

  enter(next: Phase | undefined): void {
    const now = performance.now()
    const { phase, phases } = this
    if (phase !== undefined) phases[phase] = (phases[phase] ?? 0) + (now - this.#since) / 1000
    this.phase = next
    this.#since = now
  }

  onCut(action: () => void): void {
    this.#action = action
    if (this.isCut) action()
  }

  cut(): void {
    this.isCut = true
    this.#action?.()
  }

  end(): number {
    this.enter(undefined)
    this.#action = undefined
    clearTimeout(this.#timer)
    cutNoMore(this.#signal, this)
    return (this.#since - this.#started) / 1000
  }
}

function cut(course: Cuttable): void {
  course.cut()
}

const failureIn: Readonly<Record<Phase, Failure>> = {
  dns: 'dns',
  connect: 'connect',
  tls: 'tls',
  processing: 'error',
  transfer: 'body',
}

/** What an error means at this point of the course. To be asked before the course goes on or ends. */
export function faultOf(course: Course, error: unknown): Fault {
  const during = course.phase === undefined ? '' : ` in the ${course.phase} phase`
  if (course.isCut) return { failure: 'timeout', detail: `time was up${during}` }
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const detail = explain(error)
  // With TLS 1.3 a server can refuse our certificate after the handshake, when the answer is awaited.
  if (code.startsWith('ERR_SSL_')) return { failure: 'tls', detail: explainTls(code, error, detail) }
  return { failure: course.phase === undefined ? 'error' : failureIn[course.phase], detail }
}

/** What OpenSSL writes for its authors, for everybody else. */
export function explainTls(code: string, error: unknown, detail: string): string {
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/.test(code)) return `the answer is not TLS (${code})`
  const { reason } = error as { readonly reason?: unknown }
  return typeof reason === 'string' ? `${reason} (${code})` : detail
}

/** Ends the course and says how it went, as all outcomes do. */
export function concludeCourse(course: Course, fault: Fault | undefined): Outcome {
  const durationSeconds = course.end()
  return { failure: fault?.failure, detail: fault?.detail, durationSeconds, phases: course.phases }
}
