// The processes of this machine as the kernel lists them: a container seldom has ps.
import { readdirSync, readFileSync } from 'node:fs'

export interface Process {
  readonly pid: number
  readonly parent: number
  /** A letter, as in proc(5): Z for one that waits for its parent to hear of its end. */
  readonly state: string
  readonly command: string
}

export function listProcesses(): Process[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((pid) => readProcess(Number(pid)) ?? [])
}

/** Undefined for one that has ended meanwhile. */
function readProcess(pid: number): Process | undefined {
  try {
    // What follows the name, which is in brackets and may hold anything.
    const [state = '', parent] =
      /.*\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]?.split(' ') ?? []
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    return { pid, parent: Number(parent), state, command }
  } catch {
    return undefined
  }
}
