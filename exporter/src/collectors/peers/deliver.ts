// A ping on its way to another exporter.
import type { Auth } from '../../probes/http/auth.ts'
import { probeHttp } from '../../probes/http/http.ts'
import type { Secret } from '../../schema/secret.ts'
import { forwardedHeader } from '../tasks/ping.ts'
import type { WaitingPing } from './queue.ts'
import type { PeerSettings } from './section.ts'

/** `refused`: it answers and does not take this one, perhaps because its configuration is still another. */
export type Delivery =
  { readonly result: 'taken' } | { readonly result: 'refused' | 'unreachable'; readonly reason: string }

const timeoutSeconds = 5
const longestAnswerBytes = 4096

export async function deliver(
  ping: WaitingPing,
  token: Secret,
  { peer, signal }: { readonly peer: PeerSettings; readonly signal: AbortSignal },
): Promise<Delivery> {
  const request = {
    url: urlOf(ping, peer.url),
    method: 'POST',
    headers: { 'x-ping-token': token.reveal(), [forwardedHeader]: `${ping.id} ${ping.at.toFixed(3)}` },
    body: ping.message,
    auth: authOf(peer),
    timeoutSeconds,
    maxBodyBytes: longestAnswerBytes,
    tls: peer.tls,
  }
  const { status, bodyText, detail } = await probeHttp(request, signal)
  // That the run has ended there already is what the ping was to bring about.
  if (status === 200 || status === 409) return { result: 'taken' }
  if (status === undefined) return { result: 'unreachable', reason: detail ?? 'it did not answer' }
  const reason = `status ${status}: ${(bodyText ?? '').trim().slice(0, 200)}`
  return { result: status >= 500 || status === 429 ? 'unreachable' : 'refused', reason }
}

function urlOf({ task, signal, exitCode, runId, durationSeconds }: WaitingPing, base: string): URL {
  const word = exitCode ?? (signal === 'success' ? undefined : signal)
  const url = new URL(`${base.replace(/\/$/, '')}/ping/${encodeURIComponent(task)}`)
  if (word !== undefined) url.pathname += `/${word}`
  if (runId !== undefined) url.searchParams.set('run_id', runId)
  if (durationSeconds !== undefined) url.searchParams.set('duration', String(durationSeconds))
  return url
}

function authOf({ basic_auth: given }: PeerSettings): Auth | undefined {
  const password = given?.password ?? given?.password_file
  return given && password && { basic: { username: given.username, password } }
}
