// /ping/<task>[/start|/fail|/<exit code>]: jobs that keep no records tell of their runs.
import { Router, text } from 'express'
import type { Request, RequestHandler } from 'express'
import { forwardedHeader, longestKeepSeconds } from '../collectors/tasks/ping.ts'
import type { Ping, PingOutcome, PingSignal, ReceivePing } from '../collectors/tasks/ping.ts'
import { sendTextProblem } from './problem.ts'

const statusOf: Readonly<Record<PingOutcome, number>> = {
  ok: 200,
  accepted: 202,
  unknown_task: 404,
  other_shard: 421,
  wrong_token: 401,
  already_ended: 409,
}

const answerOf: Readonly<Record<PingOutcome, string>> = {
  ok: 'OK',
  accepted: 'kept for the first shard, which watches the tasks and does not answer now',
  unknown_task: 'no heartbeat task of this name is configured',
  other_shard: 'the first shard watches the tasks; send pings to it',
  wrong_token: 'expected the token of the task, as in Authorization: Bearer TOKEN',
  already_ended: 'this run has ended already',
}

const messageLimit = '10kb'
const runIdPattern = /^[\w.:-]{1,100}$/

/** `receive` gives what is current: a reload swaps it. */
export function pingRoutes(receive: () => ReceivePing, clock: () => number = Date.now): Router {
  const router = Router()
  const answer: RequestHandler = async (request, response) => {
    const ping = readPing(request, clock() / 1000)
    if (typeof ping === 'string') return sendTextProblem(response, 400, ping)
    const outcome = await receive()(ping)
    if (outcome === 'wrong_token') response.set('www-authenticate', 'Bearer')
    response.set('cache-control', 'no-store')
    const [status, words] = [statusOf[outcome], answerOf[outcome]]
    if (status < 400) response.status(status).type('text').send(`${words}\n`)
    else sendTextProblem(response, status, words)
  }
  const body = text({ type: () => true, limit: messageLimit })
  for (const path of ['/ping/:task', '/ping/:task/:signal']) router.get(path, answer).post(path, body, answer)
  return router
}

/** A string is what is wrong with it, for a person. */
function readPing(request: Request, at: number): Ping | string {
  const signal = readSignal(request.params['signal'])
  if (typeof signal === 'string') return signal
  const run = readRun(request.query)
  if (typeof run === 'string') return run
  const forwarded = readForwarded(request.get(forwardedHeader), at)
  if (typeof forwarded === 'string') return forwarded
  const body: unknown = request.body
  return {
    ...signal,
    ...run,
    ...forwarded,
    task: String(request.params['task']),
    token: readToken(request),
    message: typeof body === 'string' && body !== '' ? body : undefined,
  }
}

/** Which ping another exporter hands on, and when it came there. Its clock may be ahead of ours. */
function readForwarded(
  header: string | undefined,
  now: number,
): Pick<Ping, 'id' | 'at' | 'isForwarded'> | string {
  if (header === undefined) return { id: undefined, at: now, isForwarded: false }
  const [, id, at = NaN] = /^([\w-]{8,40}) (\d{9,11}(?:\.\d{1,6})?)$/.exec(header) ?? []
  const age = now - Number(at)
  if (age < longestKeepSeconds && age > -longestKeepSeconds)
    return { id, at: Math.min(Number(at), now), isForwarded: true }
  return `${forwardedHeader}: expected the name of a ping and the Unix time of the last week at which it came`
}

/** Where the pages ask for a password, `Authorization` is taken; a header of its own is left for the token. */
function readToken(request: Request): string {
  const bearer = /^Bearer (.+)$/i.exec(request.get('authorization') ?? '')?.[1]
  return request.get('x-ping-token') ?? bearer ?? ''
}

function readRun({
  run_id: runId,
  duration,
}: Request['query']): Pick<Ping, 'runId' | 'durationSeconds'> | string {
  if (runId !== undefined && !(typeof runId === 'string' && runIdPattern.test(runId))) {
    return 'run_id: expected up to 100 letters, digits and . _ : -'
  }
  if (duration === undefined) return { runId, durationSeconds: undefined }
  const durationSeconds = Number(duration)
  if (durationSeconds >= 0 && durationSeconds < 1e9) return { runId, durationSeconds }
  return 'duration: expected seconds, such as 12.5'
}

function readSignal(
  word: string | readonly string[] | undefined,
): { readonly signal: PingSignal; readonly exitCode: number | undefined } | string {
  if (word === undefined) return { signal: 'success', exitCode: undefined }
  if (word === 'start' || word === 'fail') return { signal: word, exitCode: undefined }
  const exitCode = /^\d{1,3}$/.test(String(word)) ? Number(word) : 256
  if (exitCode > 255) return 'expected /start, /fail, an exit code from 0 to 255, or nothing after the task'
  return { signal: exitCode === 0 ? 'success' : 'fail', exitCode }
}
