// argv → command; signals; exit codes. No logic.

// Each lookup of a name blocks a thread, and only half of them may be lookups: of the usual four, two name
// servers that hang would stop all others. It counts only before the first use of a thread.
process.env['UV_THREADPOOL_SIZE'] ??= '32'

const { dispatch } = await import('./commands/dispatch.ts')
const { explain } = await import('./log.ts')

const stop = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort())

// Whoever read has seen enough, as head has: no more is written, and what goes on for ever ends.
process.stdout.on('error', () => stop.abort())
process.stderr.on('error', () => {})

const writeError = (text: string): void => void process.stderr.write(text)

try {
  process.exitCode = await dispatch(process.argv.slice(2), {
    environment: process.env,
    write: (text) => void process.stdout.write(text),
    writeError,
    stop: stop.signal,
    onReload: (reload) => void process.on('SIGHUP', reload),
  })
} catch (error) {
  writeError(`watchpost: ${explain(error)}\n`)
  process.exitCode = 1
}
