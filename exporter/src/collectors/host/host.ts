// The machine that Watchpost runs on. Where node_exporter is, only what alert rules compare is left to do.
import { machine } from 'node:os'
import { createFilesystemReader, readMounts } from '../../probes/host/filesystems.ts'
import { hasProcfs, readProcfs } from '../../probes/host/procfs.ts'
import { defineCollector, remember } from '../collector.ts'
import type { Round } from '../collector.ts'
import { chooseMounts, cpuUsage, sampleCpu } from './facts.ts'
import type { CpuSample, HostFacts, HostReading } from './facts.ts'
import { hostFamilies, hostMetrics } from './families.ts'
import { createNodeExporterCheck } from './node-exporter.ts'
import { readPortable } from './portable.ts'
import { section } from './section.ts'
import type { HostSection } from './section.ts'

const nothing: HostReading = { targets: [], facts: undefined, source: undefined, cpuUsageRatio: undefined }

export const host = defineCollector({
  name: 'host',
  schema: section,
  metrics: hostMetrics,
  create(configured, context) {
    const read = createReader(configured)
    const usage = remember(context.memory, 'host cpu', createCpuUsage)
    const isNodeExporterThere = createNodeExporterCheck(configured.node_exporter)
    if (configured.enabled && hasProcfs(configured.procfs)) usage(readProcfs(configured.procfs).cpus)
    return {
      async collect(round): Promise<HostReading> {
        if (!configured.enabled) return nothing
        const [{ facts, source }, isThere] = await Promise.all([read(round), isNodeExporterThere(round)])
        return {
          targets: [],
          facts,
          source: isThere ? 'node_exporter' : source,
          cpuUsageRatio: usage(facts.cpus),
        }
      },
    }
  },
  families: hostFamilies,
})

type Found = Pick<HostReading, 'source'> & { readonly facts: HostFacts }

const statfsLimitMilliseconds = 1_000

function createReader({
  procfs,
  rootfs,
  filesystems: wanted,
}: HostSection): (round: Round) => Promise<Found> {
  const filesystems = createFilesystemReader(rootfs)
  return async (round) => {
    if (!hasProcfs(procfs))
      return { source: 'systeminformation', facts: await readPortable(wanted, round.now) }
    const facts = readProcfs(procfs)
    const mounts = chooseMounts(readMounts(procfs), wanted)
    const limit = Math.min(statfsLimitMilliseconds, round.timeoutSeconds * 500)
    const uname = facts.uname && { ...facts.uname, machine: machine() }
    return {
      source: 'procfs',
      facts: { ...facts, uname, time: round.now, filesystems: await filesystems.read(mounts, limit) },
    }
  }
}

// Shorter windows say more of chance, and of this very scrape, than of the machine.
const minWindowSeconds = 1
const windowSeconds = 15

/** Usage between this call and one some seconds ago; the first has nothing to compare with. */
function createCpuUsage(): (cpus: HostFacts['cpus']) => number | undefined {
  let past: CpuSample | undefined
  let last: number | undefined
  return (cpus) => {
    const current = sampleCpu(cpus, performance.now() / 1000)
    past ??= current
    const elapsed = current.at - past.at
    if (elapsed < minWindowSeconds) return last
    last = cpuUsage(past, current)
    if (elapsed >= windowSeconds) past = current
    return last
  }
}
