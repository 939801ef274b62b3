// The schema of the whole file: what is common, and each collector's own section.
import { z } from 'zod'
import type { AnyCollector } from '../collectors/index.ts'
import { duration, timeLimit } from '../schema/duration.ts'
import { httpUrl } from '../schema/http-url.ts'
import { ratio } from '../schema/ratio.ts'

const global = z
  .strictObject({
    timeout: timeLimit
      .prefault('5s')
      .describe('How long a probe may take where the target names no time of its own.'),
  })
  .describe('What holds for all targets.')

const multiple = z.number().min(1)

const thresholds = z
  .strictObject({
    cpu: ratio.prefault('80%').describe('Share of the processors in use that is too high.'),
    memory: ratio.prefault('80%').describe('Share of the memory in use that is too high.'),
    disk: ratio.prefault('90%').describe('Share of a file system in use that is too high.'),
    response_time: duration.prefault('1s').describe('Response time that is too long.'),
    error_rate: ratio.prefault('5%').describe('Share of requests in error that is too high.'),
    task_failure_rate: ratio.prefault('10%').describe('Share of failed task runs that is too high.'),
    data_quality: ratio.prefault('95%').describe('Quality of the rows of a data source that is too low.'),
    connections: ratio
      .prefault('80%')
      .describe('Share of the connections of a database in use that is too high.'),
    transaction_time: duration.prefault('15m').describe('Age of an open transaction that is too high.'),
    replication_lag: duration.prefault('1m').describe('How far behind a standby is too far.'),
    memory_pressure: ratio
      .prefault('10%')
      .describe('Share of the time that all processes wait for memory that is too high.'),
    io_pressure: ratio
      .prefault('30%')
      .describe('Share of the time that all processes wait for a disk that is too high.'),
    certificate_time: duration
      .prefault('21d')
      .describe('What is left of a certificate that is too short; at most a quarter of its life.'),
    certificate_time_critical: duration
      .prefault('3d')
      .describe(
        'What is left of a certificate when it must be renewed now; at most a twentieth of its life.',
      ),
    sync_intervals: multiple
      .prefault(2)
      .describe('Intervals without a sync after which a data source is stale.'),
    task_slowdown: multiple.prefault(3).describe('How many times as long as usual is too long for a task.'),
    task_stuck_time: duration
      .prefault('10m')
      .describe('A run that has taken less than this is not stuck, however short runs usually are.'),
  })
  .describe('What alert rules compare with; exported as watchpost_threshold.')

const slo = z
  .strictObject({
    objective: ratio.prefault('99.5%').describe('Share of probes that find a service usable.'),
    window: duration.prefault('30d').describe('The time over which the objective holds.'),
  })
  .describe('The service level objective of every service.')

const upstream = z
  .strictObject({
    prometheus: httpUrl.optional().describe('Where Prometheus is, for history in the API and in reports.'),
    alertmanager: httpUrl.optional().describe('Where Alertmanager is, for active alerts in the API.'),
  })
  .describe('The programs behind Watchpost, for what only they know.')

const shared = {
  global: global.prefault({}),
  thresholds: thresholds.prefault({}),
  slo: slo.prefault({}),
  upstream: upstream.prefault({}),
}

type Sections = {
  readonly [C in AnyCollector as C['name']]: z.ZodOptional<C['schema']>
}

/** Of the whole file with the sections of these collectors; those that are absent from the file may be left out. */
export function createSchema(collectors: readonly AnyCollector[]): ConfigSchema {
  const sections = Object.fromEntries(
    collectors.map((collector) => [collector.name, collector.schema.optional()]),
  ) as unknown as Sections
  return z.strictObject({ ...shared, ...sections })
}

type ConfigSchema = z.ZodObject<typeof shared & Sections, z.core.$strict>
export type Settings = z.output<ConfigSchema>

/** The JSON schema of the file as it is written, for editors and for the keys that may stand at a path. */
export function jsonSchema(collectors: readonly AnyCollector[]): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(createSchema(collectors), { io: 'input', unrepresentable: 'any', reused: 'inline' })
}
