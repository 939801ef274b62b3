// Where a ping goes: to the tasks that wait for it, and to the other exporters that wait for it too.
import { randomBytes } from 'node:crypto'
import type { Config } from './config/load.ts'
import type { Watched } from './round.ts'
import { isSameToken } from './collectors/tasks/ping.ts'
import type { HandOnPing, IdentifiedPing, Ping, PingOutcome, ReceivePing } from './collectors/tasks/ping.ts'
import type { Secret } from './schema/secret.ts'

type Tokens = (task: string) => Secret | undefined

/** Those of the whole fleet, whichever shard watches the task. */
export function pingTokens({ declared }: Pick<Config, 'declared'>): Tokens {
  const tokens = new Map<string, Secret>()
  for (const source of declared.tasks ?? []) {
    if (source.kind !== 'heartbeat') continue
    for (const { task } of source.schedules) tokens.set(task, source.token)
  }
  return (task) => tokens.get(task)
}

export function routePings(config: Config, watched: readonly Watched[]): ReceivePing {
  const receive = watched.flatMap(({ watch }) => watch.receivePing ?? [])[0]
  const handOn = watched.flatMap(({ watch }) => watch.handOnPing ?? [])[0]
  const tokenOf = pingTokens(config)
  const isElsewhere = !receive && config.declared.tasks !== undefined
  return async (ping) => {
    if (!receive) return isElsewhere ? passOn(ping, tokenOf(ping.task), handOn) : 'unknown_task'
    if (!handOn || ping.isForwarded) return receive(ping)
    return takeAndTell({ ...ping, id: newId() }, receive, handOn)
  }
}

/** A run that has ended is told as well: the job may ask again because we ended before the others knew. */
async function takeAndTell(
  ping: IdentifiedPing,
  receive: ReceivePing,
  handOn: HandOnPing,
): Promise<PingOutcome> {
  const outcome = await receive(ping)
  if (outcome === 'ok' || outcome === 'already_ended') await handOn(ping)
  return outcome
}

/** For a shard that does not watch the tasks itself. */
async function passOn(
  ping: Ping,
  token: Secret | undefined,
  handOn: HandOnPing | undefined,
): Promise<PingOutcome> {
  if (!handOn || ping.isForwarded) return 'other_shard'
  if (!token) return 'unknown_task'
  if (!isSameToken(ping.token, token.reveal())) return 'wrong_token'
  return (await handOn({ ...ping, id: newId() })) ? 'ok' : 'accepted'
}

function newId(): string {
  return randomBytes(9).toString('base64url')
}
