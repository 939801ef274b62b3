// The dashboards in the order of the menu. Adding one is a line here.
import type { Dashboard } from '../dashboard.ts'
import { alerts } from './alerts.ts'
import { dataSources } from './data-sources.ts'
import { databases } from './databases.ts'
import { host } from './host.ts'
import { logs } from './logs.ts'
import { overview } from './overview.ts'
import { service } from './service.ts'
import { services } from './services.ts'
import { slo } from './slo.ts'
import { tasks } from './tasks.ts'
import { topology } from './topology.ts'
import { trends } from './trends.ts'
import { watchpost } from './watchpost.ts'

export const dashboards: readonly (() => Dashboard)[] = [
  overview,
  services,
  service,
  topology,
  tasks,
  dataSources,
  databases,
  host,
  slo,
  trends,
  alerts,
  logs,
  watchpost,
]
