// A machine as the kernel tells of it: files of /proc in a folder, with counters that go on, and loads to put on it.
import { cp, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const fixtures = join(import.meta.dirname, '../../../exporter/src/collectors/host/fixtures/proc')
const tickMilliseconds = 500
const processors = 2
const jiffiesPerSecond = 100

export type Load = 'cpu' | 'memory' | 'pressure'

export interface Machine {
  readonly procfs: string
  readonly load: (what: Load, isLoaded: boolean) => Promise<void>
  readonly close: () => Promise<void>
}

export async function openMachine(directory: string): Promise<Machine> {
  const procfs = join(directory, 'proc')
  await cp(fixtures, procfs, { recursive: true })
  const loads = new Set<Load>()
  const jiffies = { busy: 10_000, idle: 100_000 }
  let stalledMicroseconds = 0
  let last: Promise<unknown> = Promise.resolve()

  /** At once, as the kernel does it: half a file would be another fault. */
  async function put(name: string, text: string): Promise<void> {
    await writeFile(join(directory, 'next'), text)
    await rename(join(directory, 'next'), join(procfs, name))
  }

  async function write(): Promise<void> {
    const gone = (tickMilliseconds / 1000) * jiffiesPerSecond * processors
    jiffies[loads.has('cpu') ? 'busy' : 'idle'] += gone
    if (loads.has('pressure')) stalledMicroseconds += 0.6 * tickMilliseconds * 1000
    const available = loads.has('memory') ? 400_000 : 5_000_000
    await put('stat', statOf(jiffies))
    await put('meminfo', `MemTotal: 8000000 kB\nMemFree: 100000 kB\nMemAvailable: ${available} kB\n`)
    await put('pressure/memory', pressureOf(stalledMicroseconds))
  }

  await write()
  const ticking = setInterval(() => void (last = last.then(write)), tickMilliseconds)
  return {
    procfs,
    async load(what, isLoaded) {
      if (isLoaded) loads.add(what)
      else loads.delete(what)
      await (last = last.then(write))
    },
    async close() {
      clearInterval(ticking)
      await last
    },
  }
}

function statOf({ busy, idle }: { readonly busy: number; readonly idle: number }): string {
  const each = `${Math.round(busy / processors)} 0 0 ${Math.round(idle / processors)} 0 0 0 0 0 0`
  return `cpu  ${busy} 0 0 ${idle} 0 0 0 0 0 0\ncpu0 ${each}\ncpu1 ${each}\nctxt 1\nbtime 1700000000\nprocesses 1\nprocs_running 1\nprocs_blocked 0\n`
}

function pressureOf(microseconds: number): string {
  const total = Math.round(microseconds)
  return `some avg10=0.00 avg60=0.00 avg300=0.00 total=${total}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=${total}\n`
}
