// The demo fleet as a program: prints one line of JSON with its addresses, then runs until it is told to end.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { explain } from '../exporter/src/log.ts'
import { startFleet } from './fleet.ts'
import type { FleetOptions } from './fleet.ts'

const usage = `usage: node demo/main.ts [flags]
  --ports=default|ephemeral   the ports of the catalogue, or any that are free (default)
  --listen-host=ADDRESS       where services and sources listen (127.0.0.1)
  --data-directory=FOLDER     for the database's files (a temporary folder)
  --database-url-file=FILE    holds the URL of a database to use instead of starting one
  --cache-url=URL             of a Redis to use (without it there is no cache)
  --speed=NUMBER              1 runs an hourly task each minute (1)
`

/** A mistake in the command line. */
class UsageError extends Error {}

interface Options extends FleetOptions {
  /** The data directory is ours alone and goes with us. */
  readonly isTemporary: boolean
}

async function readOptions(argv: readonly string[]): Promise<Options> {
  const flags = parseFlags(argv)
  const ports = flags.ports ?? 'default'
  if (ports !== 'default' && ports !== 'ephemeral') {
    throw new UsageError(`--ports: expected default or ephemeral, got ${JSON.stringify(ports)}`)
  }
  const speed = Number(flags.speed ?? 1)
  if (!(speed >= 1 && speed <= 60)) {
    throw new UsageError(`--speed: expected a number from 1 to 60, got ${JSON.stringify(flags.speed)}`)
  }
  const file = flags['database-url-file']
  const folder = flags['data-directory']
  const cacheUrl = flags['cache-url']
  return {
    ports,
    speed,
    host: flags['listen-host'] ?? '127.0.0.1',
    dataDirectory: folder ?? (await mkdtemp(join(tmpdir(), 'watchpost-demo-'))),
    isTemporary: folder === undefined,
    ...(cacheUrl !== undefined && { cacheUrl }),
    ...(file !== undefined && { databaseUrl: (await readFile(file, 'utf8')).trim() }),
  }
}

function parseFlags(argv: readonly string[]) {
  const text = { type: 'string' } as const
  const options = {
    ports: text,
    'listen-host': text,
    'data-directory': text,
    'database-url-file': text,
    'cache-url': text,
    speed: text,
  }
  try {
    return parseArgs({ args: [...argv], options }).values
  } catch (error) {
    throw new UsageError(explain(error), { cause: error })
  }
}

async function main(): Promise<number> {
  // From the first moment on: who is told to end while starting ends when it has started.
  const ended = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
  const options = await readOptions(process.argv.slice(2))
  try {
    const fleet = await startFleet(options)
    // A database that was handed in has a password that must not be printed.
    const { databaseUrl, recoveryDatabaseUrl: _, standbyUrl, ...addresses } = fleet
    const shown = options.databaseUrl === undefined ? { ...addresses, databaseUrl, standbyUrl } : addresses
    process.stdout.write(`${JSON.stringify(shown)}\n`)
    await ended
    await fleet.stop()
    return 0
  } finally {
    if (options.isTemporary) await rm(options.dataDirectory, { recursive: true, force: true })
  }
}

process.exitCode = await main().catch((error: unknown) => {
  const isMistake = error instanceof UsageError
  process.stderr.write(`${isMistake ? error.message : explain(error)}\n${isMistake ? usage : ''}`)
  return isMistake ? 2 : 1
})
