// Containers, as the Docker Engine sees them, joined to services by name.
import { counter, family, gauge, noLabels, states } from '../../metrics/metric.ts'
import type { Family, Metric } from '../../metrics/metric.ts'
import { defineCollector } from '../collector.ts'
import type { Reading } from '../collector.ts'
import { containerStates, healthStates } from './facts.ts'
import { section } from './section.ts'
import { watchContainers } from './watch.ts'
import type { ContainerReading, Containers } from './watch.ts'

export interface ContainersReading extends Reading, Containers {}

const of = ['container']

interface Fact {
  readonly metric: Metric
  readonly pick: (container: ContainerReading) => number | boolean | undefined
}

const name = (suffix: string): string => `watchpost_container_${suffix}`

const facts: readonly Fact[] = [
  {
    metric: counter(name('restarts_total'), 'How often the engine has restarted the container.', of),
    pick: (container) => container.restarts,
  },
  {
    metric: gauge(name('oom_killed'), 'Whether the container last ended by a kill for want of memory.', of),
    pick: (container) => container.oomKilled,
  },
  {
    metric: counter(
      name('oom_kills_total'),
      'Kills for want of memory in the container since Watchpost started, from the events of the engine.',
      of,
    ),
    pick: (container) => container.oomKills,
  },
  {
    metric: gauge(name('exit_code'), 'With what the container ended; absent while it runs.', of),
    pick: (container) => container.exitCode,
  },
  {
    metric: gauge(name('start_timestamp_seconds'), 'When the container was last started.', of),
    pick: (container) => container.startedAt,
  },
  {
    metric: counter(name('cpu_seconds_total'), 'Processor time that the container has used.', of),
    pick: (container) => container.cpuSeconds,
  },
  {
    metric: gauge(name('cpu_limit_cores'), 'How many processors the container may use.', of),
    pick: (container) => container.cpuLimit,
  },
  {
    metric: gauge(name('cpu_usage_ratio'), 'Share of these processors in use since the last look.', of),
    pick: (container) => container.cpuUsageRatio,
  },
  {
    metric: gauge(name('memory_bytes'), 'Memory in use, without files that can be dropped.', of),
    pick: (container) => container.memoryBytes,
  },
  {
    metric: gauge(
      name('memory_limit_bytes'),
      'Memory that the container may use; absent without a limit.',
      of,
    ),
    pick: (container) => container.memoryLimitBytes,
  },
  {
    metric: gauge(
      name('memory_usage_ratio'),
      'Share of the limit in use, or of the machine where there is none.',
      of,
    ),
    pick: (container) => container.memoryUsageRatio,
  },
]

const seen = gauge(name('engine_up'), 'Whether the Docker Engine could be asked for its containers.')
const left = gauge(
  name('left_out'),
  'Containers that are not shown because there are more than max_containers.',
)
const info = gauge(name('info'), 'The image of the container, and the service it belongs to; always 1.', [
  ...of,
  'image',
  'target',
])
const state = gauge(name('state'), 'The state of the container: 1 for the one that holds.', [...of, 'state'])
const health = gauge(
  name('health'),
  'What the health check of the container says: 1 for the one that holds.',
  [...of, 'health'],
)
// Of the services' own metrics: a series that the health body has given already stands.
const serviceMemory = gauge(
  'watchpost_service_memory_usage_ratio',
  'Share of memory in use, from the health body of the service or else from its container.',
  ['target'],
)
const serviceCpu = gauge(
  'watchpost_service_cpu_usage_ratio',
  'Share of processor time in use, from the health body of the service or else from its container.',
  ['target'],
)

export const containers = defineCollector({
  name: 'containers',
  schema: section,
  isForEachShard: true,
  metrics: [seen, left, info, state, health, ...facts.map(({ metric }) => metric)],
  create(configured, context) {
    const watch = watchContainers(configured, context)
    return {
      collect: async (round): Promise<ContainersReading> => ({ targets: [], ...(await watch.look(round)) }),
      close: () => watch.close(),
    }
  },
  families: (reading: ContainersReading): Family[] => {
    const own = reading.containers.map((container) => ({ container, labels: { container: container.name } }))
    return [
      family(seen, [[noLabels, reading.success]]),
      family(left, [[noLabels, reading.success ? reading.left : undefined]]),
      family(
        info,
        own.map(({ container, labels }) => [
          { ...labels, image: container.image, target: container.service ?? '' },
          1,
        ]),
      ),
      family(
        state,
        own.flatMap(({ container, labels }) => states(labels, 'state', containerStates, container.state)),
      ),
      family(
        health,
        own.flatMap(({ container, labels }) =>
          container.health ? states(labels, 'health', healthStates, container.health) : [],
        ),
      ),
      ...facts.map(({ metric, pick }) =>
        family(
          metric,
          own.map(({ container, labels }) => [labels, pick(container)]),
        ),
      ),
      ...serviceFamilies(reading.containers),
    ]
  },
})

function serviceFamilies(all: readonly ContainerReading[]): Family[] {
  const ofServices = all.flatMap((container) =>
    container.service !== undefined && container.state === 'running'
      ? [{ container, labels: { target: container.service } }]
      : [],
  )
  return [
    family(
      serviceMemory,
      ofServices.map(({ container, labels }) => [labels, container.memoryUsageRatio]),
    ),
    family(
      serviceCpu,
      ofServices.map(({ container, labels }) => [labels, container.cpuUsageRatio]),
    ),
  ]
}
