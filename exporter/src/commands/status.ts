// All targets at a glance, on a terminal.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Reading } from '../collectors/collector.ts'
import { countByStatus, isUp } from '../collectors/target.ts'
import type { TargetReading } from '../collectors/target.ts'
import { formatShard } from '../config/shard.ts'
import type { Snapshot } from '../scrape.ts'
import type { Command } from './command.ts'
import { configFile, shard } from './flags.ts'
import { withFleet } from './once.ts'
import { renderTable } from './table.ts'

const timeoutSeconds = 10
const watchMilliseconds = 5_000

export const status: Command = {
  name: 'status',
  summary: 'Probes all targets once and shows how they are.',
  positionals: '',
  flags: {
    'config.file': configFile,
    shard,
    json: { type: 'boolean', description: 'Write JSON instead of a table; with --watch a line each time.' },
    watch: { type: 'boolean', description: 'Do so again every 5 seconds until stopped.' },
  },
  run: (invocation) =>
    withFleet(invocation, async ({ scraper, shard: part }) => {
      const { switches, write, stop } = invocation
      const [isJson, isWatching] = [switches.has('json'), switches.has('watch')]
      for (;;) {
        const targets = targetsOf(await scraper().scrape(timeoutSeconds))
        const text = isJson
          ? `${JSON.stringify(targets.map(toJson), undefined, isWatching ? undefined : 2)}\n`
          : `${part ? `shard ${formatShard(part)}\n` : ''}${toTable(targets)}`
        // Home and clear, as `watch` does, but only where somebody is watching.
        write(isWatching && !isJson ? `\u001B[H\u001B[2J${text}` : text)
        if (!isWatching) return targets.every((target) => isUp(target) !== false) ? 0 : 1
        await sleep(watchMilliseconds, undefined, { signal: stop }).catch(() => undefined)
        if (stop.aborted) return 0
      }
    }),
}

function targetsOf({ readings }: Snapshot): TargetReading[] {
  return (Object.values(readings) as (Reading | undefined)[]).flatMap((reading) => reading?.targets ?? [])
}

function toTable(targets: readonly TargetReading[]): string {
  const rows = targets.map((target) => [
    target.target,
    target.kind.replace('_', ' '),
    target.status,
    target.durationSeconds === undefined ? '' : `${Math.round(target.durationSeconds * 1000)} ms`,
    target.reason === 'none' ? '' : [target.reason, target.detail].filter(Boolean).join(': '),
  ])
  return `${renderTable(['TARGET', 'KIND', 'STATUS', 'TOOK', 'WHY'], rows)}\n${countByStatus(targets)}\n`
}

function toJson({
  target,
  kind,
  status: state,
  reason,
  detail,
  durationSeconds,
  probedAt,
}: TargetReading): object {
  return {
    target,
    kind,
    status: state,
    reason,
    detail,
    duration_seconds: durationSeconds === undefined ? undefined : Number(durationSeconds.toFixed(6)),
    probed_at: probedAt,
  }
}
