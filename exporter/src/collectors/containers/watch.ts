// All containers of one engine, looked at in one round.
import { explain } from '../../log.ts'
import { openDocker } from '../../probes/docker/docker.ts'
import type { Docker, ListedContainer } from '../../probes/docker/docker.ts'
import { remember } from '../collector.ts'
import type { Context, Round } from '../collector.ts'
import { describeContainer, nameOf } from './facts.ts'
import type { ContainerFacts, Looked } from './facts.ts'
import type { ContainersSection } from './section.ts'

export interface ContainerReading extends ContainerFacts {
  /** Share of the processors it may use, since the last look. */
  readonly cpuUsageRatio: number | undefined
  /** Since Watchpost started. */
  readonly oomKills: number | undefined
}

export interface Containers {
  readonly success: boolean
  readonly containers: readonly ContainerReading[]
  /** How many were left out because there were too many. */
  readonly left: number
}

export interface ContainersWatch {
  look(round: Round): Promise<Containers>
  close(): Promise<void>
}

export function watchContainers(configured: ContainersSection, context: Context): ContainersWatch {
  const docker = openDocker(configured.docker)
  const oomKills = remember(context.memory, 'container oom kills', () => createKillCount())
  const usage = remember(context.memory, 'container cpu', () => new Map<string, CpuMark>())
  let known: string | undefined

  async function look(round: Round): Promise<Containers> {
    const signal = AbortSignal.any([round.signal, AbortSignal.timeout(Math.ceil(configured.timeout * 1000))])
    try {
      const wanted = (await docker.list(signal)).filter((container) => isWanted(configured, container))
      const kept = wanted.slice(0, configured.max_containers)
      const kills = await oomKills.read(docker, round.now, signal)
      const looked = await Promise.all(kept.map((listed) => lookAt(docker, listed, signal)))
      const facts = looked
        .map((each) => describeContainer(each, context.services))
        .filter(({ service }) => context.isOwn?.(service) ?? true)
      if (known !== undefined) context.log.info('containers seen again', { docker: configured.docker })
      known = undefined
      forget(usage, facts)
      const containers = facts.map((each) => ({
        ...each,
        cpuUsageRatio: cpuUsage(usage, each),
        oomKills: kills && (kills.get(each.name) ?? 0),
      }))
      return { success: true, containers, left: wanted.length - kept.length }
    } catch (error) {
      const detail = explain(error)
      if (known !== detail) context.log.warn('containers not seen', { docker: configured.docker, detail })
      known = detail
      return { success: false, containers: [], left: 0 }
    }
  }
  return { look, close: () => docker.close() }
}

function isWanted({ include, exclude }: ContainersSection, listed: ListedContainer): boolean {
  const name = nameOf(listed)
  return (include?.test(name) ?? true) && !(exclude?.test(name) ?? false)
}

/** One that is removed while we look has no more to say than the list did. */
async function lookAt(docker: Docker, listed: ListedContainer, signal: AbortSignal): Promise<Looked> {
  const orNothing = <T>(work: Promise<T>): Promise<T | undefined> =>
    work.catch((error: unknown) => {
      if (signal.aborted) throw error
      return undefined
    })
  const isRunning = listed.State === 'running'
  const [inspected, stats] = await Promise.all([
    orNothing(docker.inspect(listed.Id, signal)),
    isRunning ? orNothing(docker.stats(listed.Id, signal)) : undefined,
  ])
  return { listed, inspected, stats }
}

interface CpuMark {
  readonly at: number
  readonly seconds: number
}

function cpuUsage(marks: Map<string, CpuMark>, facts: ContainerFacts): number | undefined {
  const { name, cpuSeconds, cpuLimit } = facts
  if (cpuSeconds === undefined) return undefined
  const at = performance.now() / 1000
  const before = marks.get(name)
  marks.set(name, { at, seconds: cpuSeconds })
  // Fewer seconds than before: it was started anew in between.
  if (!before || cpuLimit === undefined || cpuSeconds < before.seconds || at <= before.at) return undefined
  return (cpuSeconds - before.seconds) / (at - before.at) / cpuLimit
}

function forget(marks: Map<string, CpuMark>, facts: readonly ContainerFacts[]): void {
  const running = new Set(facts.map(({ name }) => name))
  for (const name of marks.keys()) if (!running.has(name)) marks.delete(name)
}

interface KillCount {
  /** Undefined where the engine does not tell. */
  read(docker: Docker, now: number, signal: AbortSignal): Promise<ReadonlyMap<string, number> | undefined>
}

/** The engine remembers events for a while only, and inspection tells no more than whether the last end was one. */
function createKillCount(): KillCount {
  const kills = new Map<string, number>()
  let since: number | undefined
  let tail: Promise<unknown> = Promise.resolve()

  async function add(docker: Docker, now: number, signal: AbortSignal): Promise<typeof kills | undefined> {
    const from = since ?? now
    try {
      const names = now > from ? await docker.oomKills(from, now, signal) : []
      since = Math.max(from, now)
      for (const name of names) kills.set(name, (kills.get(name) ?? 0) + 1)
      return kills
    } catch {
      // A proxy may keep events from us; the rest is told all the same.
      return undefined
    }
  }
  return {
    read(docker, now, signal) {
      // One after another: two that ask from the same moment on would count twice.
      const mine = tail.then(() => add(docker, now, signal))
      tail = mine
      return mine
    },
  }
}
