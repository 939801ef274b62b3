// The collectors in the order of the page. Adding one is a line here. Only those that are configured are loaded.

const loaders = {
  connectivity: async () => (await import('./connectivity.ts')).connectivity,
  services: async () => (await import('./services/services.ts')).services,
  endpoints: async () => (await import('./endpoints/endpoints.ts')).endpoints,
  databases: async () => (await import('./databases/databases.ts')).databases,
  data_sources: async () => (await import('./data-sources/data-sources.ts')).dataSources,
  statistics: async () => (await import('./statistics/statistics.ts')).statistics,
  tasks: async () => (await import('./tasks/tasks.ts')).tasks,
  host: async () => (await import('./host/host.ts')).host,
  containers: async () => (await import('./containers/containers.ts')).containers,
  peers: async () => (await import('./peers/peers.ts')).peers,
} as const

export type CollectorName = keyof typeof loaders
export type AnyCollector = Awaited<ReturnType<(typeof loaders)[CollectorName]>>

export const collectorNames = Object.keys(loaders) as readonly CollectorName[]

export function loadCollectors(
  names: readonly CollectorName[] = collectorNames,
): Promise<readonly AnyCollector[]> {
  return Promise.all(names.map((name) => loaders[name]()))
}
