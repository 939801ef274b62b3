// The answer of /api/monitoring/dashboard: present, history, alerts, and what they mean.
import { z } from 'zod'
import { problem, systemMonitoring } from './models.ts'

const moment = z.iso.datetime()

export const activeAlert = z
  .object({
    alertname: z.string(),
    severity: z.string(),
    state: z.enum(['active', 'suppressed', 'unprocessed']),
    started_at: moment,
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()),
  })
  .meta({ id: 'ActiveAlert' })

export const trendMetrics = [
  'success_rate',
  'response_time',
  'cpu_usage',
  'memory_usage',
  'disk_usage',
  'connection_usage',
  'quota_usage',
] as const

const subject = {
  target: z.string().meta({
    description:
      'A service, or host; of disk_usage host and the mount point, of connection_usage a database, of quota_usage a data source.',
  }),
  metric: z.enum(trendMetrics),
  unit: z.enum(['percent', 'milliseconds']),
}

export const trend = z
  .object({
    ...subject,
    points: z.array(z.tuple([moment, z.number()])).meta({
      description: 'Averages of an hour; of quota_usage the most that was used within a day.',
    }),
    resets_at: moment.optional().meta({ description: 'Of quota_usage: when the quota is full again.' }),
  })
  .meta({ id: 'Trend' })

export const slope = z
  .object({
    ...subject,
    average: z.number().meta({ description: 'Over the days asked for.' }),
    average_before: z
      .number()
      .nullable()
      .meta({ description: 'Over as many days before those; with days=7, the week before.' }),
    per_day: z.number().meta({ description: 'How much it changes in a day, by least squares.' }),
    per_day_low: z.number(),
    per_day_high: z.number().meta({
      description: 'With 95 % confidence the change in a day lies between per_day_low and per_day_high.',
    }),
    direction: z
      .enum(['rising', 'falling', 'steady'])
      .meta({ description: 'Steady while it may be chance, or is less than a hundredth a day.' }),
    limit: z
      .number()
      .nullable()
      .meta({ description: 'The threshold of the configuration; of quota_usage the whole of it.' }),
    days_to_limit: z.number().nullable().meta({
      description:
        'If it goes on as it does; 0 from the limit on, null where it is not on its way there or a quota is full again before.',
    }),
  })
  .meta({ id: 'Slope' })

export const anomaly = z
  .object({
    target: z.string(),
    metric: z.string().meta({ description: 'The signal: response_time or request_rate.' }),
    kind: z.enum(['unusual', 'vanished']),
    minutes: z.number().meta({ description: 'How long, within the days asked for.' }),
    last_seen: moment,
    is_active: z.boolean(),
    evidence: z.string(),
  })
  .meta({ id: 'Anomaly', description: 'Outside the bands of what yesterday and last week explain.' })

export const recommendation = z
  .object({
    target: z.string(),
    metric: z.enum(trendMetrics),
    evidence: z.string(),
    recommendation: z.string(),
  })
  .meta({ id: 'Recommendation' })

const slopes = z.array(slope)

export const performanceAnalysis = z
  .object({
    trends: z.object({
      cpu_trend: slopes,
      memory_trend: slopes,
      response_time_trend: slopes,
      success_rate_trend: slopes,
      disk_trend: slopes,
      connection_trend: slopes,
      quota_trend: slopes,
    }),
    anomalies: z.array(anomaly).nullable(),
    recommendations: z.array(recommendation),
    summary: z.string(),
  })
  .meta({ id: 'PerformanceAnalysis' })

export const missingParts = ['historical_trends', 'average_before', 'anomalies', 'active_alerts'] as const

const missingPart = z
  .object({ ...problem.shape, part: z.enum(missingParts) })
  .meta({ id: 'MissingPart', description: 'A problem document, RFC 9457, and the part that it is about.' })

export const monitoringDashboard = z
  .object({
    current_status: systemMonitoring,
    historical_trends: z.array(trend).nullable(),
    active_alerts: z.array(activeAlert).nullable(),
    performance_analysis: performanceAnalysis.nullable(),
    missing: z.array(missingPart).meta({ description: 'What could not be told, and why.' }),
    timestamp: moment,
  })
  .meta({ id: 'MonitoringDashboard' })
