// The programs of a stack while they run: begun, killed, begun again, and ended in order.
import type { RunningProcess } from '../programs/process.ts'

/** In the order in which they start. */
export const parts = ['exporter', 'alertmanager', 'prometheus', 'grafana'] as const
export type Part = (typeof parts)[number]

/** Gives nothing for a part that is left out. */
export type Starter = () => Promise<RunningProcess> | undefined

export interface Parts {
  readonly begin: (part: Part) => Promise<void>
  /** What else runs with them: it ends first. */
  readonly keep: (running: RunningProcess) => void
  /** Resolves if one of those that run now ends by itself, to how it did and its last lines. */
  readonly broken: () => Promise<string>
  readonly kill: (part: Part) => Promise<void>
  readonly signal: (part: Part, signal: NodeJS.Signals) => void
  readonly end: () => Promise<void>
}

export function keepParts(start: Readonly<Record<Part, Starter>>): Parts {
  const started = new Map<Part | RunningProcess, RunningProcess>()
  /** Ended by us. */
  const ended = new Set<RunningProcess>()

  function find(part: Part): RunningProcess {
    const running = started.get(part)
    if (!running) throw new Error(`${part}: it does not run`)
    return running
  }

  async function whenBroken(running: RunningProcess): Promise<string> {
    const how = await running.ended
    if (ended.has(running)) return new Promise<never>(() => {})
    return [`${running.name} ended with ${how}`, ...running.lastLines()].join('\n  ')
  }

  const signal = (part: Part, name: NodeJS.Signals): void => void process.kill(find(part).pid, name)
  return {
    async begin(part) {
      const running = await start[part]()
      if (running) started.set(part, running)
    },
    keep: (running) => void started.set(running, running),
    broken: () => Promise.race([...started.values()].map(whenBroken)),
    signal,
    async kill(part) {
      const running = find(part)
      ended.add(running)
      signal(part, 'SIGKILL')
      await running.ended
    },
    async end() {
      const running = [...started.values()].toReversed()
      for (const one of running) ended.add(one)
      // Those who ask end before those who answer, so that nothing is taken for down on the way out.
      for (const one of running) await one.stop()
    },
  }
}
