// One echo by the system's own ping: raw sockets would need a privilege that ping already has.
import { execFile } from 'node:child_process'
import { isIP } from 'node:net'
import { concludeCourse, faultOf, startCourse } from './outcome.ts'
import type { Course, Fault, Outcome } from './outcome.ts'
import { lookUp } from './connection/resolve.ts'
import type { IpFamily } from './connection/resolve.ts'

export interface IcmpRequest {
  readonly host: string
  readonly ipFamily?: IpFamily | undefined
  readonly timeoutSeconds?: number | undefined
  /** ping of iputils or busybox, on PATH by default. */
  readonly program?: string | undefined
}

export interface IcmpOutcome extends Outcome {
  /** Undefined when the name of the host led to none. */
  readonly remoteAddress: string | undefined
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
  let remoteAddress: string | undefined
  try {
    remoteAddress = await locate(request, course)
  } catch (error) {
    return { ...concludeCourse(course, faultOf(course, error)), ...nothing, remoteAddress }
  }
  course.enter('processing')
  const run = await ping(remoteAddress, request.program ?? 'ping', course)
  const time = /time=([\d.]+) ?ms/.exec(run.output)?.[1]
  if (run.error || time === undefined) {
    const fault = course.isCut
      ? { failure: 'timeout' as const, detail: 'no echo came in time' }
      : explainRun(run)
    return { ...concludeCourse(course, fault), ...nothing, remoteAddress }
  }
  const ttl = /ttl=(\d+)/i.exec(run.output)?.[1]
  return {
    ...concludeCourse(course, undefined),
    remoteAddress,
    roundTripSeconds: Number(time) / 1000,
    timeToLive: ttl === undefined ? undefined : Number(ttl),
  }
}

/** Looked up here and not by ping, so that it is a phase of its own and all probes find the same. */
function locate({ host, ipFamily }: IcmpRequest, course: Course): Promise<string> {
  const version = isIP(host)
  if (version !== 0 && (ipFamily ?? version) === version) return Promise.resolve(host)
  course.enter('dns')
  if (version !== 0) return Promise.reject(new Error(`${host} is no address of IPv${ipFamily}`))
  return lookUp(host, ipFamily, course)
}

function ping(address: string, program: string, course: Course): Promise<Run> {
  const { promise, resolve: settle } = Promise.withResolvers<Run>()
  const options = { env: { ...process.env, LC_ALL: 'C' }, maxBuffer: 64 * 1024 }
  // What comes after -- is never taken for an option.
  const child = execFile(program, ['-n', '-c', '1', '--', address], options, (error, stdout, stderr) => {
    settle({ output: `${stdout}\n${stderr}`, error })
  })
  course.onCut(() => void child.kill('SIGKILL'))
  return promise
}

function explainRun({ output, error }: Run): Fault {
  if (error?.code === 'ENOENT') return { failure: 'error', detail: 'ping is not installed' }
  const detail = output.split('\n').find((line) => /unreachable|denied|permitted/i.test(line))
  if (/denied|permitted/i.test(detail ?? '')) return { failure: 'error', detail: detail ?? '' }
  return { failure: 'connect', detail: detail ?? 'no echo came' }
}
