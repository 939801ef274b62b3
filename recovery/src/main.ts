// argv → configuration → server; signals; exit codes. No logic.
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { formatProblems } from '../../exporter/src/config/problem.ts'
import { createLog, explain, logLevels } from '../../exporter/src/log.ts'
import { loadConfig } from './config/load.ts'
import { startRecovery } from './recovery.ts'

const usage =
  'usage: node recovery/src/main.ts [--config.file=recovery.yml] [--web.listen-address=127.0.0.1:8017] [--storage.path=DIR] [--log.level=info]\n'

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      'config.file': { type: 'string', default: 'recovery.yml' },
      'web.listen-address': { type: 'string', default: '127.0.0.1:8017' },
      'storage.path': { type: 'string' },
      'log.level': { type: 'string', default: 'info' },
    },
  })
  const { 'config.file': file, 'web.listen-address': listen, 'storage.path': storagePath } = values
  const level = logLevels.find((known) => known === values['log.level'])
  const [, host = '', port] = /^\[?([^[\]]*?)\]?:(\d{1,5})$/.exec(listen) ?? []
  if (!level || port === undefined) return refuse(usage)
  const { config, problems } = await loadConfig({ file, environment: process.env, storagePath })
  if (problems) return refuse(`${formatProblems(problems, file)}\n`)
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort())
  const recovery = await startRecovery({
    config,
    storagePath,
    address: { host, port: Number(port) },
    log: createLog(level),
    wall: () => Date.now() / 1000,
  })
  if (!stop.signal.aborted) await once(stop.signal, 'abort')
  await recovery.stop()
  return 0
}

function refuse(text: string): number {
  process.stderr.write(text)
  return 2
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`recovery: ${explain(error)}\n`)
  process.exitCode = 1
}
