// The real exporter as a process that can be killed, and what its page says.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

export interface ExporterProcess {
  readonly url: string
  readonly child: ChildProcess
  /** SIGKILL: no handler runs, nothing is written. */
  kill(): Promise<void>
}

export async function startExporter(
  configFile: string,
  storagePath: string,
  ...more: readonly string[]
): Promise<ExporterProcess> {
  const args = [
    'exporter/src/main.ts',
    'serve',
    `--config.file=${configFile}`,
    '--web.listen-address=127.0.0.1:0',
    `--storage.path=${storagePath}`,
    '--log.level=info',
    ...more,
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-20_000)
    const address = /"address":"([^"]+)"/.exec(log)?.[1]
    if (address !== undefined) resolve(`http://${address}`)
  })
  child.once('exit', () => reject(new Error(`the exporter ended: ${log}`)))
  const url = await promise
  async function kill(): Promise<void> {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  return { url, child, kill }
}

/** Series to values; undefined when the page did not come. */
export async function scrape(url: string): Promise<ReadonlyMap<string, number> | undefined> {
  try {
    const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(8_000) })
    const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    return new Map(
      lines.map((line) => [
        line.slice(0, line.lastIndexOf(' ')),
        Number(line.slice(line.lastIndexOf(' ') + 1)),
      ]),
    )
  } catch {
    // It was killed meanwhile: that is what this is about.
    return undefined
  }
}
