// Data sources: whether they answer, how fresh and how good their data are, and what is left of their quotas.
import { defineCollector } from '../collector.ts'
import type { Reading } from '../collector.ts'
import { declareTargets } from '../dependency.ts'
import { dataSourceFamilies, dataSourceMetrics } from './families.ts'
import { references, section } from './section.ts'
import { watchDataSource } from './watch.ts'
import type { DataSourceReading } from './watch.ts'

export interface DataSourcesReading extends Reading {
  readonly targets: readonly DataSourceReading[]
}

export const dataSources = defineCollector({
  name: 'data_sources',
  schema: section,
  metrics: dataSourceMetrics,
  declarations: (configured) => declareTargets(configured),
  references: (configured) => references(configured),
  create(configured, context) {
    const targets = new Map(configured.map((source) => [source.name, watchDataSource(source, context)]))
    return {
      // One that may not be asked yet shows what it answered last.
      targets,
      async collect(round): Promise<DataSourcesReading> {
        return { targets: await Promise.all([...targets.values()].map((watch) => watch(round))) }
      },
    }
  },
  families: ({ targets }: DataSourcesReading) => dataSourceFamilies(targets),
})
