// watchpost.yml for a running fleet.
import { stringify } from 'yaml'
import * as catalogue from './catalogue.ts'
import type { Fleet } from './fleet.ts'

interface Entry {
  readonly name: string
}

/** Every section that declares targets except `services`, which may point at all of them. A new one is a line here. */
const sections: Readonly<Record<string, (fleet: Fleet) => readonly Entry[]>> = {
  databases: (fleet) => [{ name: catalogue.databaseName, url: fleet.databaseUrl }],
}

export function renderConfig(fleet: Fleet): string {
  const others = Object.entries(sections).map(([key, entries]) => [key, entries(fleet)] as const)
  const declared = new Set(others.flatMap(([, entries]) => entries.map(({ name }) => name)))
  const document = {
    global: { timeout: '5s' },
    thresholds: {
      cpu: '80%',
      memory: '80%',
      disk: '90%',
      response_time: '1s',
      error_rate: '5%',
      task_failure_rate: '10%',
    },
    services: renderServices(fleet, declared),
    ...Object.fromEntries(others),
  }
  return stringify(document, { lineWidth: 0 })
}

/** What is not declared cannot be depended on: the configuration would be refused. */
function renderServices(fleet: Fleet, declared: ReadonlySet<string>): readonly Entry[] {
  const known = new Set([...declared, ...catalogue.services.map(({ name }) => name)])
  return catalogue.services.map(({ name, needs }) => ({
    name,
    url: `${fleet.services[name] ?? ''}/health`,
    depends_on: needs
      .filter((need) => known.has(need.name))
      .map((need) => (need.strength === 'hard' ? need.name : { name: need.name, strength: need.strength })),
  }))
}
