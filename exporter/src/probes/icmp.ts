// One echo by the system's own ping: raw sockets would need a privilege that ping already has.
import { execFile } from 'node:child_process'
import { concludeCourse, startCourse } from './outcome.ts'
import type { Fault, Outcome } from './outcome.ts'
import type { IpFamily } from './resolve.ts'

export interface IcmpRequest {
  readonly host: string
  readonly ipFamily?: IpFamily | undefined
  readonly timeoutSeconds?: number | undefined
  /** ping of iputils or busybox, on PATH by default. */
  readonly program?: string | undefined
}

export interface IcmpOutcome extends Outcome {
  /** As ping measured it; the duration of the probe also holds the start of ping. */
  readonly roundTripSeconds: number | undefined
  readonly timeToLive: number | undefined
}

interface Run {
  readonly output: string
  readonly error: (Error & { readonly code?: string | number | null }) | null
}

const nothing = { roundTripSeconds: undefined, timeToLive: undefined } as const

export async function probeIcmp(request: IcmpRequest, signal: AbortSignal): Promise<IcmpOutcome> {
  const course = startCourse({ signal, timeoutSeconds: request.timeoutSeconds })
  course.enter('processing')
  const { promise, resolve } = Promise.withResolvers<Run>()
  const family = request.ipFamily === undefined ? [] : [`-${request.ipFamily}`]
  // What comes after -- is never taken for an option.
  const args = [...family, '-n', '-c', '1', '--', request.host]
  const options = { env: { ...process.env, LC_ALL: 'C' }, maxBuffer: 64 * 1024 }
  const child = execFile(request.program ?? 'ping', args, options, (error, stdout, stderr) => {
    resolve({ output: `${stdout}\n${stderr}`, error })
  })
  course.onCut(() => void child.kill('SIGKILL'))
  const run = await promise
  const time = /time=([\d.]+) ?ms/.exec(run.output)?.[1]
  if (run.error || time === undefined) {
    const fault = course.isCut
      ? { failure: 'timeout' as const, detail: 'no echo came in time' }
      : explainRun(run)
    return { ...concludeCourse(course, fault), ...nothing }
  }
  const ttl = /ttl=(\d+)/i.exec(run.output)?.[1]
  return {
    ...concludeCourse(course, undefined),
    roundTripSeconds: Number(time) / 1000,
    timeToLive: ttl === undefined ? undefined : Number(ttl),
  }
}

function explainRun({ output, error }: Run): Fault {
  if (error?.code === 'ENOENT') return { failure: 'error', detail: 'ping is not installed' }
  const detail = output
    .split('\n')
    .find((line) => /unknown|resol|not known|unreachable|denied|permitted/i.test(line))
  if (/unknown|resol|not known/i.test(detail ?? '')) return { failure: 'dns', detail: detail ?? '' }
  if (/denied|permitted/i.test(detail ?? '')) return { failure: 'error', detail: detail ?? '' }
  return { failure: 'connect', detail: detail ?? 'no echo came' }
}
