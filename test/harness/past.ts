// A Prometheus that remembers weeks: samples made up, everything else real.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { requireProgram } from '../../demo/programs/find.ts'
import { freePort } from '../../demo/programs/ports.ts'
import { startProcess } from '../../demo/programs/process.ts'

export interface PastSeries {
  readonly name: string
  readonly type: 'gauge' | 'counter'
  /** As it is written: `{target="a"}`. */
  readonly labels: string
  /** Undefined where there is no sample. */
  readonly valueAt: (unixSeconds: number) => number | undefined
}

export interface Past {
  readonly url: string
  readonly close: () => Promise<void>
}

const stepSeconds = 600

export function startPast(
  series: readonly PastSeries[],
  { now, days }: { readonly now: number; readonly days: number },
): Promise<Past> {
  return servePast(writeSamples(series, now, days))
}

/** `text` is in OpenMetrics format, with a time for each sample. */
export async function servePast(text: string): Promise<Past> {
  const log = (): void => {}
  const [promtool, prometheus] = await Promise.all([
    requireProgram('promtool', { log }),
    requireProgram('prometheus', { log }),
  ])
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-past-'))
  const [data, samples, config] = ['data', 'samples.txt', 'prometheus.yml'].map((name) =>
    join(directory, name),
  ) as [string, string, string]
  await mkdir(data)
  await writeFile(samples, text)
  await writeFile(config, 'global: {}\n')
  await promisify(execFile)(promtool.path, [
    'tsdb',
    'create-blocks-from',
    'openmetrics',
    '-q',
    '--max-block-duration=486h',
    samples,
    data,
  ])
  const url = `http://127.0.0.1:${await freePort()}`
  const server = await startProcess({
    name: 'prometheus',
    command: prometheus.path,
    arguments: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      '--storage.tsdb.retention.time=90d',
      `--web.listen-address=${new URL(url).host}`,
    ],
    readyUrl: `${url}/-/ready`,
  })
  return {
    url,
    async close() {
      await server.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function writeSamples(series: readonly PastSeries[], now: number, days: number): string {
  const end = Math.floor(now / stepSeconds) * stepSeconds
  const times = Array.from({ length: (days * 86_400) / stepSeconds }, (_, index) => end - index * stepSeconds)
  times.reverse()
  const families = [...Map.groupBy(series, ({ name }) => name)].flatMap(([name, members]) => [
    `# TYPE ${name.replace(/_total$/, '')} ${members[0]?.type ?? 'gauge'}`,
    ...members.flatMap(({ labels, valueAt }) =>
      times.flatMap((time) => {
        const value = valueAt(time)
        return value === undefined ? [] : [`${name}${labels} ${value} ${time}`]
      }),
    ),
  ])
  return `${families.join('\n')}\n# EOF\n`
}
