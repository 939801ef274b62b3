// The exporter as it is started anywhere: a process with a configuration file.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startProcess } from '../programs/process.ts'
import type { RunningProcess } from '../programs/process.ts'

const main = join(import.meta.dirname, '../../exporter/watchpost.js')

export interface ExporterOptions {
  readonly directory: string
  readonly port: number
  /** The text of watchpost.yml. */
  readonly config: string
  readonly flags?: readonly string[]
}

/** Where the configuration is written to. */
export function configFileIn(directory: string): string {
  return join(directory, 'watchpost.yml')
}

export async function startExporter({
  directory,
  port,
  config,
  flags = [],
}: ExporterOptions): Promise<RunningProcess> {
  const file = configFileIn(directory)
  await mkdir(join(directory, 'state'), { recursive: true })
  // The address of the database has its password in it.
  await writeFile(file, config, { mode: 0o600 })
  return startProcess({
    name: 'exporter',
    command: process.execPath,
    arguments: [
      main,
      'serve',
      `--config.file=${file}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--storage.path=${join(directory, 'state')}`,
      ...flags,
    ],
    readyUrl: `http://127.0.0.1:${port}/-/ready`,
  })
}
