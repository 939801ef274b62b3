// What the runner knows of a collector, and what a collector is given. Nothing else.
import type { z } from 'zod'
import type { Log } from '../log.ts'
import type { Family, Metric } from '../metrics/metric.ts'
import type { Outcome } from '../probes/outcome.ts'
import type { Database } from '../probes/postgres/postgres.ts'
import type { Secret } from '../schema/secret.ts'
import type { Dependency, TargetReading } from './target.ts'
import type { HandOnPing, ReceivePing } from './tasks/ping.ts'

export type ConfigPath = readonly (string | number)[]

/** A name that the section gives to a target; names are unique over all sections. Paths start inside the section. */
export interface Declaration {
  readonly path: ConfigPath
  readonly name: string
  /** Whether it is a database that other sections can ask by SQL. */
  readonly isQueryable?: boolean
}

/** A name that the section expects to be declared, and the dependency edge that it draws, if it does. */
export interface Reference {
  readonly path: ConfigPath
  readonly name: string
  readonly to: 'target' | 'database'
  readonly edge?: { readonly from: string; readonly strength: Dependency['strength'] }
}

/** One round of looking at the fleet. */
export interface Round {
  /** Aborts at the deadline: whatever is not known by then is reported as `timeout`. */
  readonly signal: AbortSignal
  /** How long the round may take. */
  readonly timeoutSeconds: number
  /** Unix time at which the round began, in seconds. */
  readonly now: number
  /** Given when somebody looks at a single probe: takes what it met on the wire. */
  readonly trace?: (outcome: Outcome) => void
}

/** What a collector found in one round. `targets` are rendered for all collectors alike; the rest is its own. */
export interface Reading {
  readonly targets: readonly TargetReading[]
}

export interface Context {
  readonly log: Log
  /** The probe timeout for targets that name none, in seconds. */
  readonly timeoutSeconds: number
  /** The databases of the config by name, each with its own small pool. */
  readonly databases: ReadonlyMap<string, Database>
  /** The names of the services, by which containers are known to be theirs. */
  readonly services: readonly string[]
  /** Whether what belongs to a service, or to none, is told here; all is, where it is left out. */
  readonly isOwn?: (service: string | undefined) => boolean
  /** For each target that depends on others, all that it depends on through any number of steps. */
  readonly dependencies: ReadonlyMap<string, readonly Dependency[]>
  /** What pings of the task are to bear, whichever shard watches it. */
  readonly pingToken?: (task: string) => Secret | undefined
  /** What must outlive a reload (counters, open runs), kept under the collector's name. */
  readonly memory: Map<string, unknown>
  /** A folder for state files, or undefined where nothing may be written. */
  readonly stateDirectory: string | undefined
}

/** A collector at work on one configuration. */
export interface Watch<R extends Reading = Reading> {
  collect(round: Round): Promise<R>
  /** For each target by its name, a probe of it alone. */
  readonly targets?: ReadonlyMap<string, (round: Round) => Promise<TargetReading>>
  /** For what tells of itself instead of being probed: takes what came to /ping. */
  readonly receivePing?: ReceivePing
  /** For what tells other exporters of it. */
  readonly handOnPing?: HandOnPing
  close?(): Promise<void>
}

export interface Collector<Name extends string = string, Section = unknown, R extends Reading = Reading> {
  /** The key in watchpost.yml, and the name of its file, rules, dashboard and docs heading. */
  readonly name: Name
  readonly schema: z.ZodType<Section>
  readonly metrics: readonly Metric[]
  /** Each shard has the whole section: it says something of the shard, or picks what is its own by itself. */
  readonly isForEachShard?: boolean
  declarations?(section: NoInfer<Section>): readonly Declaration[]
  references?(section: NoInfer<Section>): readonly Reference[]
  create(section: NoInfer<Section>, context: Context): Watch<R>
  /** Renders a reading: pure, so that metrics and JSON come from the same found facts. */
  families(reading: R): readonly Family[]
}

export function defineCollector<Name extends string, Section, R extends Reading>(
  collector: Collector<Name, Section, R>,
): Collector<Name, Section, R> {
  return Object.freeze(collector)
}

/** What `context.memory` holds under `key`, made by `create` at first use. */
export function remember<T>(memory: Map<string, unknown>, key: string, create: () => T): T {
  if (!memory.has(key)) memory.set(key, create())
  return memory.get(key) as T
}
