// Services, data sources, databases and their objectives.
import type { Life } from './life.ts'

const up = (target: string, kind: string): string => `watchpost_target_up{target="${target}",kind="${kind}"}`
const needs = (target: string, dependency: string): string =>
  `watchpost_target_dependency{target="${target}",dependency="${dependency}",strength="hard",depth="direct"}`
const limit = (name: string): string => `watchpost_threshold{name="${name}"}`
const info = (target: string, kind: string): string =>
  `watchpost_target_info{target="${target}",kind="${kind}"}`
const notAfter = 'watchpost_target_tls_certificate_not_after_timestamp_seconds{target="web",kind="service"}'
const notBefore = 'watchpost_target_tls_certificate_not_before_timestamp_seconds{target="web",kind="service"}'
const certificates = {
  [notBefore]: -80 * 86_400,
  [limit('certificate_time')]: 21 * 86_400,
  [limit('certificate_time_critical')]: 3 * 86_400,
}
const phase = 'watchpost_target_phase_seconds{target="web",kind="service",phase="first_byte"}'
const watchpost = { 'up{job="watchpost"}': 1 }
const noWatchpost = { 'up{job="watchpost"}': 0 }

/** Who is down stays so while nobody looks. */
const kept = { absent: 'stays', instead: noWatchpost } as const

export const services: readonly Life[] = [
  { alert: 'ServiceDown', given: watchpost, series: { [up('web', 'service')]: [1, 0] }, ...kept },
  {
    alert: 'ServiceImpacted',
    given: { [needs('web', 'db')]: 1, [info('web', 'service')]: 1 },
    series: { [up('web', 'service')]: [1, 0], [up('db', 'database')]: [1, 0] },
  },
  // The memory of five minutes, and an edge that is gone with the page.
  {
    alert: 'DependencyDown',
    given: { [needs('web', 'db')]: 1 },
    series: { [up('db', 'database')]: [1, 0] },
    falls: '4m45s',
  },
  {
    alert: 'DependencyCycle',
    given: { [needs('a', 'b')]: 1, [needs('b', 'a')]: 1 },
    series: { [up('a', 'service')]: [1, 0], [up('b', 'service')]: [1, 0] },
  },
  {
    alert: 'ServiceDegraded',
    series: { 'watchpost_target_status{target="web",kind="service",status="warning"}': [0, 1] },
  },
  // An average of a minute: half of it must be slow.
  {
    alert: 'TargetSlow',
    given: { [up('web', 'service')]: 1, [limit('response_time')]: 1 },
    series: { [phase]: [0.1, 3] },
    rises: '15s',
    falls: '30s',
  },
  {
    alert: 'ServiceErrorRateHigh',
    given: { [limit('error_rate')]: 0.05 },
    series: {
      'watchpost_service_errors_total{target="web"}': ['+0', '+50'],
      'watchpost_service_requests_total{target="web"}': ['+100', '+100'],
    },
    rises: '30s',
    falls: '4m15s',
  },
  {
    alert: 'ServiceMemoryHigh',
    given: { [limit('memory')]: 0.8 },
    series: { 'watchpost_service_memory_usage_ratio{target="web"}': [0.5, 0.9] },
  },
  {
    alert: 'ServiceCpuHigh',
    given: { [limit('cpu')]: 0.8 },
    series: { 'watchpost_service_cpu_usage_ratio{target="web"}': [0.5, 1] },
    rises: '3m',
    falls: '1m45s',
  },
  {
    alert: 'ServiceRestartLoop',
    series: { 'watchpost_service_uptime_seconds{target="web"}': ['+15', [0, 60]] },
    rises: '1m',
    falls: '13m15s',
    absent: '13m15s',
  },
  {
    alert: 'TargetFlapping',
    series: { [up('web', 'service')]: [1, [0, 1]] },
    rises: '1m15s',
    falls: '13m30s',
    absent: '13m15s',
  },
  {
    alert: 'TargetAssertionFailed',
    series: { 'watchpost_target_assertion{target="web",kind="service",assertion="queue"}': [1, 0] },
  },
  {
    alert: 'CertificateExpiring',
    severity: 'warning',
    given: certificates,
    series: { [notAfter]: [90 * 86_400, 10 * 86_400] },
  },
  {
    alert: 'CertificateExpiring',
    severity: 'critical',
    given: certificates,
    series: { [notAfter]: [90 * 86_400, 86_400] },
  },
  {
    alert: 'TargetUnknown',
    given: { [info('web', 'service')]: 1 },
    series: { [up('web', 'service')]: [1, null] },
  },
]

export const dataSources: readonly Life[] = [
  {
    alert: 'DataSourceDown',
    severity: 'warning',
    given: watchpost,
    series: { [up('sheet', 'data_source')]: [1, 0] },
    ...kept,
  },
  {
    alert: 'DataSourceDown',
    severity: 'critical',
    given: { ...watchpost, [needs('web', 'sheet')]: 1 },
    series: { [up('sheet', 'data_source')]: [1, 0], [up('web', 'service')]: [1, 0] },
    ...kept,
  },
  {
    alert: 'DataSourceStale',
    given: {
      'watchpost_data_source_sync_interval_seconds{target="sheet"}': 600,
      [limit('sync_intervals')]: 2,
    },
    series: { 'watchpost_data_source_last_sync_timestamp_seconds{target="sheet"}': ['now', '+0'] },
    rises: '20m',
  },
  {
    alert: 'DataSourceQuotaRunningOut',
    given: {
      'watchpost_data_source_quota_exhausted_timestamp_seconds{target="sheet"}': 90_000,
      'watchpost_data_source_quota_limit{target="sheet"}': 100,
    },
    series: { 'watchpost_data_source_quota_used{target="sheet"}': [10, 60] },
  },
  {
    alert: 'DataSourceQuotaExhausted',
    given: { 'watchpost_data_source_quota_limit{target="sheet"}': 100 },
    series: { 'watchpost_data_source_quota_used{target="sheet"}': [50, 100] },
  },
  {
    alert: 'DataSourceQualityLow',
    given: { [limit('data_quality')]: 0.95 },
    series: { 'watchpost_data_source_quality_ratio{target="sheet",dimension="completeness"}': [1, 0.5] },
  },
  {
    alert: 'DataSourceRateLimited',
    before: '20m',
    series: { 'watchpost_data_source_rate_limited_total{target="sheet"}': ['+0', '+1'] },
    rises: '30s',
    falls: '14m',
    absent: '14m15s',
  },
]

const connections = 'watchpost_database_connections{target="db",state="active"}'
const most = { 'watchpost_database_connections_max{target="db"}': 100, [limit('connections')]: 0.8 }

export const databases: readonly Life[] = [
  { alert: 'DatabaseDown', given: watchpost, series: { [up('db', 'database')]: [1, 0] }, ...kept },
  { alert: 'DatabaseConnectionsHigh', given: most, series: { [connections]: [10, 90] } },
  {
    alert: 'DatabaseConnectionsRunningOut',
    before: '30m',
    given: most,
    series: { [connections]: [40, '+0.25'] },
    rises: '19m15s',
  },
  {
    alert: 'DatabaseSessionsBlocked',
    series: { 'watchpost_database_blocked_sessions{target="db"}': [0, 2] },
  },
  {
    alert: 'DatabaseTransactionLong',
    given: { [limit('transaction_time')]: 900 },
    series: { 'watchpost_database_longest_transaction_seconds{target="db"}': [1, 1000] },
  },
  {
    alert: 'DatabaseReplicationLag',
    given: { [limit('replication_lag')]: 60 },
    series: { 'watchpost_database_replication_lag_seconds{target="db"}': [1, 100] },
  },
]
