// What the JSON API answers, in the field names and units of the platform's data models. Null is "not known".
import { z } from 'zod'

const moment = z.iso.datetime().nullable()
const percent = z.number().nullable().meta({ description: 'Percent, 0 to 100.' })
const seconds = z.number().nullable().meta({ description: 'Seconds.' })
const milliseconds = z.number().nullable().meta({ description: 'Milliseconds.' })
const amount = z.number().nullable()

export const systemOverview = z
  .object({
    total_kols: amount,
    active_kols: amount,
    total_posts: amount,
    published_posts: amount,
    success_rate: percent,
    system_uptime: seconds,
    memory_usage: percent,
    cpu_usage: percent,
    disk_usage: percent,
    network_io: z
      .object({ bytes_received: amount, bytes_sent: amount })
      .meta({ description: 'Bytes over all devices but the loopback since the machine started.' }),
    timestamp: z.iso.datetime(),
  })
  .meta({ id: 'SystemOverview' })

export const microserviceStatus = z
  .object({
    service_name: z.string(),
    status: z.enum(['healthy', 'warning', 'error', 'unknown']),
    reason: z.string().meta({ description: 'Why it is not healthy, from a closed list; none when it is.' }),
    detail: z.string().nullable().meta({ description: 'The reason in words.' }),
    uptime: seconds,
    response_time: milliseconds,
    memory_usage: percent,
    cpu_usage: percent,
    request_count: amount,
    error_count: amount,
    last_check: moment,
    dependencies: z.array(z.string()),
    health_endpoint: z.string(),
  })
  .meta({ id: 'MicroserviceStatus' })

export const taskExecutionStats = z
  .object({
    task_type: z.string(),
    total_tasks: amount,
    successful_tasks: amount,
    failed_tasks: amount,
    success_rate: percent,
    avg_execution_time: seconds,
    last_execution: moment,
    next_execution: moment,
    error_details: z
      .array(z.string())
      .meta({ description: 'The last messages of failed runs, newest first.' }),
    depends_on: z.record(z.string(), z.array(z.string())).meta({
      description: 'By task, what it cannot do without; not what those depend on in turn.',
    }),
  })
  .meta({ id: 'TaskExecutionStats' })

export const dataSourceStatus = z
  .object({
    source_name: z.string(),
    status: z.enum(['connected', 'disconnected', 'error']).nullable(),
    detail: z.string().nullable(),
    last_sync: moment,
    sync_frequency: z.string().meta({
      description: 'Time between syncs as in 1h or 90s: as declared, else as observed; or unknown.',
    }),
    data_quality: percent,
    error_count: z.number(),
    response_time: milliseconds,
    api_quota_used: amount,
    api_quota_limit: amount,
  })
  .meta({ id: 'DataSourceStatus' })

const counts = z.object({ success: amount, failed: amount, total: amount }).meta({ id: 'TaskCounts' })

export const systemMonitoring = z
  .object({
    timestamp: z.iso.datetime(),
    system_overview: systemOverview,
    microservices: z.record(
      z.string(),
      z.object({ status: z.string(), uptime: z.string(), response_time: z.string() }),
    ),
    task_execution: z
      .record(z.string(), counts)
      .meta({ description: 'By type: hourly_tasks, daily_tasks, weekly_tasks and others.' }),
    data_sources: z.record(z.string(), z.string()),
  })
  .meta({ id: 'SystemMonitoringData' })

export const microservices = z.record(z.string(), microserviceStatus)
export const executionStats = z.record(z.string(), taskExecutionStats)
export const dataSources = z.record(z.string(), dataSourceStatus)

export const health = z
  .object({
    status: z.literal('healthy'),
    version: z.string(),
    uptime: z.number().meta({ description: 'Seconds.' }),
  })
  .meta({ id: 'Health' })

export const problem = z
  .object({ type: z.string(), title: z.string(), status: z.int(), detail: z.string(), instance: z.string() })
  .meta({ id: 'Problem', description: 'A problem document, RFC 9457.' })
