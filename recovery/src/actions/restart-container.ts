// restart_service of a container, through the Docker Engine API.
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { duration } from '../../../exporter/src/schema/duration.ts'
import { describeAnswer, exchange } from '../exchange.ts'
import type { Answer } from '../exchange.ts'
import { Refusal, defineAction } from './action.ts'
import type { Plan } from './action.ts'

const engine = z
  .string({ error: 'expected unix:///PATH or http://HOST:PORT' })
  .regex(
    /^(?:unix:\/\/\/\S+|http:\/\/[A-Za-z0-9.-]+(?::\d+)?\/?)$/,
    'expected unix:///PATH or http://HOST:PORT',
  )

const fields = z.object({
  container: z
    .string()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/, 'expected the name of a container')
    .describe('Its exact name.'),
  engine: engine.prefault('unix:///var/run/docker.sock').describe('The engine, or a proxy in front of it.'),
  stop_timeout: duration.prefault('10s').describe('How long it may take to stop before it is killed.'),
  start_stopped: z.boolean().prefault(false).describe('Whether to start one that somebody may have stopped.'),
})
type Target = z.output<typeof fields>

const container = z.object({
  Id: z.string(),
  Name: z.string(),
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }),
  State: z.object({
    Status: z.string(),
    ExitCode: z.number(),
    OOMKilled: z.boolean().nullish(),
    StartedAt: z.string(),
  }),
})
type Container = z.output<typeof container>

/** Without these nobody would see what a restart did. */
const untouchable = new Set([
  'prometheus',
  'alertmanager',
  'recovery',
  'socket-proxy',
  'docker-proxy',
  'exporter',
])

export const restartContainer = defineAction({
  name: 'restart_service',
  type: 'docker',
  fields,
  identify: (target) => `${target.engine} ${target.container}`,
  async plan(target, { signal }): Promise<Plan> {
    const found = await inspect(target, signal)
    const refusal = whyNot(target, found)
    if (refusal !== undefined) return { refusal }
    const { Status, StartedAt } = found.State
    return { steps: [`restart container ${target.container} (${Status}, started ${StartedAt})`] }
  },
  async run(target, { signal }) {
    const before = await inspect(target, signal)
    const refusal = whyNot(target, before)
    if (refusal !== undefined) throw new Refusal(refusal)
    const seconds = Math.ceil(target.stop_timeout)
    const answer = await ask(target, 'POST', `/containers/${target.container}/restart?t=${seconds}`, signal)
    if (answer.status !== 204) throw unexpected('restart', target, answer)
    return [`restarted container ${target.container}: ${await untilStarted(target, before, signal)}`]
  },
})

/** The engine also answers 204 for a container that dies at once, and starts what was stopped on purpose. */
function whyNot(target: Target, { Id, Name, Config, State }: Container): string | undefined {
  const service = Config.Labels?.['com.docker.compose.service'] ?? target.container
  // The engine takes the beginning of an id for a name.
  if (Name !== `/${target.container}`) return `the engine knows ${target.container} as ${Name.slice(1)}`
  if (Id.startsWith(hostname())) return 'it is the container that this runs in'
  if (untouchable.has(service)) return `${service} is part of the monitoring`
  return whyNotFrom(State, target)
}

function whyNotFrom({ Status, ExitCode, OOMKilled }: Container['State'], target: Target): string | undefined {
  if (Status === 'running') return undefined
  if (Status !== 'exited' && Status !== 'dead') return `it is ${Status}`
  // What `docker stop` leaves behind cannot be told from a container that ended well or was told to end.
  const isStopped = ExitCode === 0 || ExitCode === 143 || (ExitCode === 137 && OOMKilled !== true)
  return isStopped && !target.start_stopped ? `it was stopped (exit code ${ExitCode})` : undefined
}

async function untilStarted(target: Target, before: Container, signal: AbortSignal): Promise<string> {
  for (;;) {
    const { State } = await inspect(target, signal)
    const isNew = State.StartedAt !== before.State.StartedAt
    if (State.Status === 'running' && isNew) return `started ${State.StartedAt}`
    if (State.Status === 'exited' && isNew) throw new Error(`it ended at once with ${State.ExitCode}`)
    await delay(250, undefined, { signal })
  }
}

async function inspect(target: Target, signal: AbortSignal): Promise<Container> {
  const answer = await ask(target, 'GET', `/containers/${target.container}/json`, signal)
  if (answer.status !== 200) throw unexpected('inspect', target, answer)
  return container.parse(answer.json())
}

async function ask(
  { engine: address }: Target,
  method: 'GET' | 'POST',
  path: string,
  signal: AbortSignal,
): Promise<Answer> {
  const socketPath = address.startsWith('unix://') ? address.slice('unix://'.length) : undefined
  const base = socketPath === undefined ? address.replace(/\/$/, '') : 'http://localhost'
  const ping = await exchange({ url: `${base}/_ping`, signal, socketPath })
  // A version of our own would be too new for some engines and too old for others.
  const version = ping.header('api-version') ?? ''
  if (!/^\d+\.\d+$/.test(version)) throw new Error(`engine ${address}: ${describeAnswer(ping)}`)
  return exchange({ url: `${base}/v${version}${path}`, method, signal, socketPath })
}

function unexpected(what: string, { container: name }: Target, answer: Answer): Error {
  return new Error(`${what} container ${name}: ${describeAnswer(answer)}`)
}
