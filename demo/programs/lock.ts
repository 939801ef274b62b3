// One holder at a time, across processes: flock(1) holds a file's lock until its standard input ends. Ours ends
// with us, however we die, so no lock is ever left behind.
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Runs `work` while nobody else holds `path`; where flock(1) is not there, it runs without. */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const holder = spawn('flock', ['--exclusive', path, 'sh', '-c', 'echo held; cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  })
  const ended = new Promise<void>((resolve) => {
    holder.once('error', () => resolve())
    holder.once('close', () => resolve())
  })
  await Promise.race([once(holder.stdout, 'data'), ended])
  try {
    return await work()
  } finally {
    holder.stdin.destroy()
    await ended
  }
}
