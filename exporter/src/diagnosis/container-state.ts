// The container behind a service that cannot be reached: whether it runs at all, and how it ended.
import type { ContainerReading } from '../collectors/containers/watch.ts'
import type { Cause } from './catalogue/catalogue.ts'
import type { Fleet } from './fleet.ts'
import type { Facts } from './text.ts'

interface ContainerTrouble {
  readonly cause: Cause | undefined
  readonly measured: string
  readonly facts: Facts
}

/** Undefined where the container is not seen. Without a cause it runs, and the fault lies elsewhere. */
export function findContainer(target: string, { readings }: Fleet): ContainerTrouble | undefined {
  const container = readings.containers?.containers.find(({ service }) => service === target)
  if (!container) return undefined
  const { name } = container
  const measured = describe(container)
  return {
    cause: causeOf(container),
    measured: `${name}: ${measured}`,
    facts: { container: name, measured },
  }
}

function causeOf({ state, oomKilled }: ContainerReading): Cause | undefined {
  switch (state) {
    case 'running':
      return undefined
    case 'paused':
      return 'container_paused'
    case 'restarting':
      return oomKilled ? 'container_oom_killed' : 'container_restarting'
    default:
      return oomKilled ? 'container_oom_killed' : 'container_exited'
  }
}

function describe({ state, health, exitCode, oomKilled, restarts }: ContainerReading): string {
  const parts = [
    state,
    exitCode === undefined ? '' : `exit code ${exitCode}`,
    oomKilled ? 'killed for want of memory' : '',
    health === undefined || health === 'none' ? '' : health,
    restarts ? `restarted ${restarts} times` : '',
  ]
  return parts.filter(Boolean).join(', ')
}
