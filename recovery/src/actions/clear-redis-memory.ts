// clear_memory_cache of Redis: pages that its allocator holds go back to the system. No key is ever deleted.
import { z } from 'zod'
import { defineAction } from './action.ts'
import type { Plan } from './action.ts'
import { askRedis } from './redis-session.ts'
import { secretUrl, serverTls } from './secret-url.ts'

const fields = z.object({
  url: secretUrl(/^rediss?:$/, 'redis://HOST:6379').describe(
    'As a user with +memory|purge and +info, and nothing more.',
  ),
  tls: serverTls,
})

interface Memory {
  readonly rss: number
  readonly used: number
  readonly allocator: string
}

export const clearRedisMemory = defineAction({
  name: 'clear_memory_cache',
  type: 'redis',
  fields,
  identify: ({ url }) => new URL(url.reveal()).host,
  async plan(target, { signal }): Promise<Plan> {
    const [reply = ''] = await askRedis(target, [['INFO', 'memory']], signal)
    const { allocator, rss, used } = readMemory(reply)
    // With another allocator it answers OK and does nothing.
    if (!allocator.startsWith('jemalloc')) return { refusal: `its allocator is ${allocator}, not jemalloc` }
    return { steps: [`MEMORY PURGE (${mebibytes(rss)} resident, ${mebibytes(used)} in use)`] }
  },
  async run(target, { signal }) {
    const commands = [
      ['INFO', 'memory'],
      ['MEMORY', 'PURGE'],
      ['INFO', 'memory'],
    ]
    const [before = '', , after = ''] = await askRedis(target, commands, signal)
    const [from, to] = [readMemory(before).rss, readMemory(after).rss]
    return [`MEMORY PURGE: ${mebibytes(from)} resident before, ${mebibytes(to)} after`]
  },
})

function readMemory(info: string): Memory {
  const field = (name: string): string => new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? ''
  return {
    rss: Number(field('used_memory_rss')),
    used: Number(field('used_memory')),
    allocator: field('mem_allocator'),
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`
}
