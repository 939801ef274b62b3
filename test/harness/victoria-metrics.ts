// VictoriaMetrics and vmalert with the flags of victoria-metrics/compose.yml, on loopback and at another pace.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { requireProgram } from '../../demo/programs/find.ts'
import { startProcess } from '../../demo/programs/process.ts'
import type { RunningProcess } from '../../demo/programs/process.ts'
import { scaleDuration } from '../../demo/stack/time-scale.ts'

const overlay = join(import.meta.dirname, '../../victoria-metrics/compose.yml')

export type Part = 'victoria-metrics' | 'vmalert'

export interface PartOptions {
  readonly port: number
  /** How much faster time runs. */
  readonly factor: number
  /** Texts in the flags, addresses and paths above all, and what stands for them here. */
  readonly replacements: ReadonlyMap<string, string>
}

export async function startPart(part: Part, options: PartOptions): Promise<RunningProcess> {
  const { path } = await requireProgram(part, { log: (line) => void process.stderr.write(`${line}\n`) })
  const flags = await readFlags(part)
  return startProcess({
    name: part,
    command: path,
    arguments: [
      ...flags.map((flag) => adapt(flag, options)).filter((flag) => !flag.startsWith('-httpListenAddr')),
      `-httpListenAddr=127.0.0.1:${options.port}`,
    ],
    readyUrl: `http://127.0.0.1:${options.port}/health`,
  })
}

async function readFlags(part: Part): Promise<readonly string[]> {
  const { services } = parse(await readFile(overlay, 'utf8'), { merge: true }) as {
    readonly services: Readonly<Record<Part, { readonly command: readonly string[] }>>
  }
  // Compose fills in what stands after `:-` where nothing is set.
  return services[part].command.map((flag) => flag.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1'))
}

const paced = /^-(?:search\.latencyOffset|evaluationInterval|rule\.evalDelay|remoteWrite\.flushInterval)=/

function adapt(flag: string, { factor, replacements }: PartOptions): string {
  const [name = '', value = ''] = flag.split(/(?<==)/)
  if (paced.test(flag)) return name + scaleDuration(value, factor)
  return [...replacements].reduce((text, [from, to]) => text.replace(from, to), flag)
}
