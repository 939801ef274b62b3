// The collectors in the order of the page. Adding one is a line here.
import { connectivity } from './connectivity.ts'
import { containers } from './containers/containers.ts'
import { dataSources } from './data-sources/data-sources.ts'
import { databases } from './databases/databases.ts'
import { endpoints } from './endpoints/endpoints.ts'
import { host } from './host/host.ts'
import { services } from './services/services.ts'
import { statistics } from './statistics/statistics.ts'
import { tasks } from './tasks/tasks.ts'

export const collectors = [
  connectivity,
  services,
  endpoints,
  databases,
  dataSources,
  statistics,
  tasks,
  host,
  containers,
] as const
