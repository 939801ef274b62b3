// One exporter's share of the fleet, where several watch it together.
import { createHash } from 'node:crypto'
import type { Settings } from './schema.ts'

export interface Shard {
  /** From 1. */
  readonly number: number
  readonly count: number
}

const mostShards = 1_000

/** What `--shard` and WATCHPOST_SHARD hold. A string is what is wrong with it, for a person. */
export function parseShard(text: string): Shard | string {
  const [, number = NaN, count = NaN] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number)
  if (count >= 1 && count <= mostShards && number >= 1 && number <= count) return { number, count }
  return `expected NUMBER/COUNT with the number from 1 to the count, such as 2/3, got ${JSON.stringify(text)}`
}

export function formatShard({ number, count }: Shard): string {
  return `${number}/${count}`
}

/**
 * The shard that watches the target of this name: the one whose number hashes highest together with it. A shard more
 * takes only what is to be its own, and no other target changes hands.
 */
export function ownerOf(name: string, count: number): number {
  let [owner, highest] = [1, -1]
  for (let number = 1; number <= count; number++) {
    const score = createHash('sha256').update(`${number} ${name}`).digest().readUIntBE(0, 6)
    if (score > highest) [owner, highest] = [number, score]
  }
  return owner
}

/** Of what belongs to no target, the first shard tells. */
export function isOwn(name: string | undefined, shard: Shard | undefined): boolean {
  if (shard === undefined) return true
  return (name === undefined ? 1 : ownerOf(name, shard.count)) === shard.number
}

interface Shareable {
  readonly settings: Settings
  readonly collectors: readonly (Sharded & { readonly name: string })[]
}

/**
 * Targets are spread over the shards by their names; of what the fleet has one of, the first shard has all. What is
 * declared and what depends on what stay those of the whole fleet.
 */
export function takeShare<Whole extends Shareable>(config: Whole, shard: Shard | undefined): Whole {
  if (shard === undefined) return config
  const settings: Record<string, unknown> = { ...config.settings }
  for (const collector of config.collectors) {
    const section = settings[collector.name]
    if (section === undefined) continue
    settings[collector.name] = shareOf(collector, section, shard)
  }
  return Object.freeze({ ...config, shard, settings: Object.freeze(settings) as Settings })
}

interface Sharded {
  readonly isForEachShard?: boolean
  declarations?(section: unknown): readonly { readonly path: readonly unknown[]; readonly name: string }[]
}

function shareOf(collector: Sharded, section: unknown, shard: Shard): unknown {
  if (collector.isForEachShard) return section
  const targets = collector.declarations?.(section) ?? []
  if (targets.length === 0) return isOwn(undefined, shard) ? section : undefined
  const own = targets.filter(({ name }) => isOwn(name, shard))
  const indexes = new Set(own.map(({ path }) => path[0]))
  const share = (section as readonly unknown[]).filter((_, index) => indexes.has(index))
  return share.length > 0 ? Object.freeze(share) : undefined
}
