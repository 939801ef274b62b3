// clear_memory_cache on a real Redis.
import { spawn } from 'node:child_process'
import { withDeathSignal } from '../../../../demo/programs/death-signal.ts'
import { findProgram } from '../../../../demo/programs/find.ts'
import { freePort } from '../../../../demo/programs/ports.ts'
import { createSecret } from '../../../../exporter/src/schema/secret.ts'
import { askRedis } from '../../../../recovery/src/actions/redis-session.ts'
import { waitFor } from '../../../harness/wait.ts'
import { startApp } from '../app.ts'
import { service } from './fault.ts'
import type { Fault } from './fault.ts'

/** Redis that keeps the pages of keys that are gone. */
export async function bloatedRedis(directory: string): Promise<Fault | undefined> {
  const log = (line: string): void => void process.stderr.write(`${line}\n`)
  const program = await findProgram('redis-server', { log })
  if (!program) return undefined
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  const [command, ...words] = withDeathSignal('KILL', [
    program.path,
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    directory,
    '--jemalloc-bg-thread',
    'no',
    '--enable-debug-command',
    'local',
  ])
  const child = spawn(command, words, { stdio: 'ignore' })
  const ask = (...commands: string[][]) =>
    askRedis({ url: createSecret(url) }, commands, AbortSignal.timeout(20_000))
  await waitFor('redis answers', async () => (await ask(['PING']))[0] === '+PONG')
  const rssBytes = async (): Promise<number> => {
    const [info = ''] = await ask(['INFO', 'memory'])
    return Number(/^allocator_resident:(\d+)/m.exec(info)?.[1])
  }
  const limitBytes = 60 * 1_048_576
  const app = await startApp({ isHealthy: async () => (await rssBytes()) < limitBytes })
  return {
    name: 'cache',
    action: 'clear_memory_cache',
    target: { type: 'redis', url },
    ...service('cache', app.url),
    async breakIt() {
      await ask(['SET', 'kept', 'yes'], ['DEBUG', 'POPULATE', '100000', 'page', '1000'])
      await ask(['EVAL', "for i = 0, 99999 do redis.call('DEL', 'page:' .. i) end", '0'])
      const bytes = await rssBytes()
      if (bytes < limitBytes) throw new Error(`expected redis to keep its pages, got ${bytes} bytes`)
    },
    async inspect() {
      const [kept] = await ask(['GET', 'kept'])
      if (kept !== 'yes') throw new Error('a key was deleted')
    },
    async remove() {
      await app.close()
      child.kill()
    },
  }
}
