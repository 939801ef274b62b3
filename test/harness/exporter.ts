// The real program as a process, on a configuration of its own.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Running } from './listen.ts'

export interface Exporter extends Running {
  readonly child: ChildProcess
  /** Its configuration, to be changed under it. */
  readonly file: string
}

/** On any port that is free; `stop` kills it, so that no handler of its own is needed. */
export async function startExporter(config: string, flags: readonly string[] = []): Promise<Exporter> {
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-exporter-'))
  const file = join(directory, 'watchpost.yml')
  await writeFile(file, config)
  const words = ['serve', `--config.file=${file}`, '--web.listen-address=127.0.0.1:0', ...flags]
  const child = spawn(process.execPath, ['exporter/watchpost.js', ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const address = await addressOf(child)
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await rm(directory, { recursive: true })
  }
  return { url: `http://${address}`, child, file, stop }
}

/** Where it listens, as its log says. */
export function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString()
      const found = /"address":"([^"]+)"/.exec(log)
      if (found?.[1]) resolve(found[1])
    })
    child.on('exit', () => reject(new Error(`the exporter ended: ${log}`)))
  })
}
