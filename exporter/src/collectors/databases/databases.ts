// Databases: whether they let a client in, and what they say of their load.
import type { PoolUse } from '../../probes/postgres/postgres.ts'
import { defineCollector } from '../collector.ts'
import type { Reading } from '../collector.ts'
import { declareTargets, dependencyReferences } from '../dependency.ts'
import { databaseFamilies, databaseMetrics } from './families.ts'
import { section } from './section.ts'
import { watchDatabase } from './watch.ts'
import type { DatabaseReading } from './watch.ts'

export interface DatabasesReading extends Reading {
  readonly targets: readonly DatabaseReading[]
  readonly pools: ReadonlyMap<string, PoolUse>
}

export const databases = defineCollector({
  name: 'databases',
  schema: section,
  metrics: databaseMetrics,
  declarations: (configured) =>
    declareTargets(configured).map((target, index) => ({
      ...target,
      isQueryable: configured[index]?.kind === 'postgres',
    })),
  references: dependencyReferences,
  create(configured, context) {
    const watched = new Map(configured.map((database) => [database.name, watchDatabase(database, context)]))
    return {
      targets: watched,
      async collect(round): Promise<DatabasesReading> {
        const targets = await Promise.all([...watched.values()].map((watch) => watch(round)))
        const pools = [...context.databases.values()].map(
          (database) => [database.name, database.use()] as const,
        )
        return { targets, pools: new Map(pools) }
      },
    }
  },
  families: ({ targets, pools }: DatabasesReading) => databaseFamilies(targets, pools),
})
