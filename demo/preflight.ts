// What `npm start` makes sure of before it starts anything: the ports, and the programs of others.
import * as catalogue from './catalogue.ts'
import type { StartOptions } from './options.ts'
import { describeMissing, findProgram } from './programs/find.ts'
import type { Program } from './programs/find.ts'
import { freePort, isFree } from './programs/ports.ts'
import type { Part } from './stack/parts.ts'
import { parts } from './stack/parts.ts'

/** A line for each port that somebody else has, with the flag that changes it. */
export async function findBusyPorts({ ports, fleetPorts }: StartOptions): Promise<string[]> {
  const wanted = parts.map((part) => ({
    owner: part as string,
    port: ports[part],
    flag: `--${part}-port=PORT`,
  }))
  if (fleetPorts === 'default') {
    const flag = '--fleet-ports=ephemeral'
    const { services, sources, databaseName, databasePort, controlPort, enginePort } = catalogue
    for (const { name, port } of [...services, ...sources]) wanted.push({ owner: name, port, flag })
    wanted.push({ owner: databaseName, port: databasePort, flag })
    wanted.push({ owner: catalogue.standbyName, port: catalogue.standbyPort, flag })
    wanted.push({ owner: catalogue.cacheName, port: catalogue.cachePort, flag })
    wanted.push({ owner: "the demo's control", port: controlPort, flag })
    wanted.push({ owner: "the demo's container engine", port: enginePort, flag })
    wanted.push({ owner: "the demo's gateway", port: catalogue.networkPort, flag })
  }
  const checked = wanted.map(async ({ owner, port, flag }) => {
    if (port === 0 || (await isFree(port))) return []
    return [`port ${port} of ${owner} is in use, choose another with: npm start -- ${flag}`]
  })
  return (await Promise.all(checked)).flat()
}

/** Real ports for those that may be any. */
export async function choosePorts(ports: StartOptions['ports']): Promise<StartOptions['ports']> {
  const chosen = { ...ports }
  for (const part of parts) chosen[part] ||= await freePort()
  return chosen
}

interface Programs {
  readonly programs: Partial<Record<Exclude<Part, 'exporter'>, Program>>
  readonly redis: Program | undefined
}

/** What cannot be had is named with what to install, and left out. */
export async function findPrograms(log: (line: string) => void): Promise<Programs> {
  const names = ['prometheus', 'alertmanager', 'grafana', 'redis-server'] as const
  const found = await Promise.all(
    names.map(async (name) => [name, await findProgram(name, { log })] as const),
  )
  for (const [name, program] of found) if (!program) log(describeMissing(name))
  const { 'redis-server': redis, ...programs } = Object.fromEntries(
    found.filter(([, program]) => program !== undefined),
  )
  return { programs, redis }
}
