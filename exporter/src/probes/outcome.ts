// What every probe reports, whatever it touches. The names equal the phases and reasons of a target.
import { explain } from '../log.ts'

export type Phase = 'dns' | 'connect' | 'tls' | 'processing' | 'transfer'
export type Phases = Readonly<Partial<Record<Phase, number>>>

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

export interface CourseLimits {
  readonly signal: AbortSignal
  /** Counted from the start of the probe, beside the signal. */
  readonly timeoutSeconds?: number | undefined
}

export function startCourse({ signal, timeoutSeconds }: CourseLimits): Course {
  const started = performance.now()
  const phases: Partial<Record<Phase, number>> = {}
  let phase: Phase | undefined
  let since = started
  let isCut = signal.aborted
  let action: (() => void) | undefined
  const cut = (): void => {
    isCut = true
    action?.()
  }
  const timer = timeoutSeconds === undefined ? undefined : setTimeout(cut, timeoutSeconds * 1000)
  signal.addEventListener('abort', cut, { once: true })
  const enter = (next: Phase | undefined): void => {
    const now = performance.now()
    if (phase !== undefined) phases[phase] = (phases[phase] ?? 0) + (now - since) / 1000
    phase = next
    since = now
  }
  return {
    phases,
    get phase() {
      return phase
    },
    get isCut() {
      return isCut
    },
    enter,
    onCut: (next) => {
      action = next
      if (isCut) next()
    },
    end: () => {
      enter(undefined)
      action = undefined
      clearTimeout(timer)
      signal.removeEventListener('abort', cut)
      return (since - started) / 1000
    },
  }
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
