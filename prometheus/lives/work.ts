// Tasks, statistics, the machine and its containers, objectives and anomalies.
import type { Life } from './life.ts'

const limit = (name: string): string => `watchpost_threshold{name="${name}"}`
const of = 'task="post",task_type="hourly"'
const task = (name: string): string => `watchpost_task_${name}{${of}}`
const from = 'watchpost_task_info{task="post",task_type="hourly",source="jobs"}'
const other = (name: string): string => `watchpost_task_${name}{task="sync",task_type="hourly"}`

export const tasks: readonly Life[] = [
  {
    alert: 'SchedulerStopped',
    given: {
      [from]: 1,
      'watchpost_task_info{task="sync",task_type="hourly",source="jobs"}': 1,
      [task('last_start_timestamp_seconds')]: 0,
      [other('last_start_timestamp_seconds')]: 0,
    },
    series: {
      [task('missed_slot_timestamp_seconds')]: [null, 60],
      [other('missed_slot_timestamp_seconds')]: [null, 60],
    },
  },
  {
    alert: 'TaskImpacted',
    before: '20m',
    given: {
      'watchpost_task_dependency{task="post",task_type="hourly",dependency="db",strength="hard",depth="direct"}': 1,
      'watchpost_target_up{target="db",kind="database"}': 0,
    },
    series: { [task('last_run_success')]: [1, 0], [task('last_failure_timestamp_seconds')]: [null, 1200] },
  },
  { alert: 'TaskFailed', series: { [task('last_run_success')]: [1, 0] } },
  { alert: 'TaskRetriesExhausted', series: { [task('consecutive_failures')]: [0, 3] } },
  {
    alert: 'TaskFailureRateHigh',
    before: '2h',
    step: '1m',
    given: { [limit('task_failure_rate')]: 0.1 },
    series: {
      [task('runs_total')]: ['+1', '+1'],
      [task('run_failures_total')]: ['+0', '+1'],
      [task('last_run_success')]: [1, 0],
    },
    rises: '13m',
  },
  {
    alert: 'TaskOverdue',
    given: { [task('last_start_timestamp_seconds')]: 0 },
    series: { [task('overdue')]: [0, 1] },
  },
  { alert: 'TaskNeverRan', series: { [task('overdue')]: [0, 1] } },
  {
    alert: 'TaskStuck',
    series: {
      [task('running_too_long')]: [0, 1],
      [task('oldest_running_start_timestamp_seconds')]: [null, 600],
    },
  },
  { alert: 'TaskRecordsUnreadable', series: { 'watchpost_task_source_up{source="jobs"}': [1, 0] } },
  {
    alert: 'TaskSlow',
    before: '30h',
    step: '5m',
    given: { [limit('task_slowdown')]: 3 },
    series: {
      [task('run_duration_seconds_sum')]: ['+5', '+50'],
      [task('run_duration_seconds_count')]: ['+1', '+1'],
    },
    rises: '2h50m',
    falls: '2h45m',
  },
]

export const statistics: readonly Life[] = [
  {
    alert: 'PostSuccessRateDropped',
    before: '7h',
    step: '1m',
    given: { [limit('task_failure_rate')]: 0.1 },
    series: {
      'watchpost_statistic{name="posts",state="failed"}': ['+0', '+1'],
      'watchpost_statistic{name="posts",state="published"}': ['+1', '+1'],
    },
    rises: '39m',
    falls: '5h19m',
  },
  { alert: 'StatisticFailed', series: { 'watchpost_statistic_success{name="kols"}': [1, 0] } },
]

const mount = 'mountpoint="/data"'
const container = 'watchpost_container_info{container="web-1",target="web"}'

export const host: readonly Life[] = [
  {
    alert: 'HostCpuHigh',
    given: { [limit('cpu')]: 0.8 },
    series: { watchpost_host_cpu_usage_ratio: [0.5, 0.9] },
  },
  {
    alert: 'HostMemoryHigh',
    given: { [limit('memory')]: 0.8 },
    series: { watchpost_host_memory_usage_ratio: [0.5, 0.9] },
  },
  {
    alert: 'HostDiskHigh',
    given: { [limit('disk')]: 0.9 },
    series: { [`watchpost_host_filesystem_usage_ratio{${mount}}`]: [0.5, 0.95] },
  },
  {
    alert: 'HostDiskWillFill',
    before: '4h',
    step: '1m',
    given: { [`watchpost_host_filesystem_size_bytes{${mount}}`]: 100_000 },
    series: { [`watchpost_host_filesystem_avail_bytes{${mount}}`]: [35_000, '-300'] },
    rises: '46m',
    falls: '5m',
  },
  {
    alert: 'HostPressureHigh',
    given: { [limit('memory_pressure')]: 0.1, [limit('io_pressure')]: 0.3 },
    series: { watchpost_host_pressure_memory_stalled_seconds_total: ['+0', '+15'] },
    rises: '30s',
    falls: '4m15s',
  },
  {
    alert: 'ContainerOomKilled',
    before: '20m',
    given: { [container]: 1 },
    series: { 'watchpost_container_oom_kills_total{container="web-1"}': ['+0', '+1'] },
    falls: '9m30s',
  },
  {
    alert: 'ContainerRestartLoop',
    before: '20m',
    given: { [container]: 1 },
    series: { 'watchpost_container_restarts_total{container="web-1"}': ['+0', '+1'] },
    rises: '30s',
    falls: '14m',
  },
]

const service = 'watchpost_target_up{target="web",kind="service"}'

export const slo: readonly Life[] = [
  {
    alert: 'ErrorBudgetBurn',
    severity: 'critical',
    before: '2h',
    given: { watchpost_slo_objective_ratio: 0.99 },
    // Every other probe fails: it is never down.
    series: { [service]: [1, [0, 1]] },
    rises: '17m',
    falls: '3m30s',
  },
  {
    alert: 'ErrorBudgetBurn',
    severity: 'warning',
    before: '13h',
    step: '1m',
    given: { watchpost_slo_objective_ratio: 0.99 },
    series: { [service]: [1, [0, 1]] },
    rises: '48m',
    falls: '1h52m',
  },
  {
    alert: 'ErrorBudgetExhausted',
    before: '2h',
    step: '5m',
    given: { watchpost_slo_objective_ratio: 0.995 },
    series: { [service]: [1, 0] },
    rises: '4h',
    falls: 'stays',
  },
]

const phase = 'watchpost_target_phase_seconds{target="web",kind="service",phase="first_byte"}'

export const anomaly: readonly Life[] = [
  {
    alert: 'SignalUnusual',
    before: '13h',
    step: '1m',
    given: { [service]: 1 },
    series: { [phase]: [0.1, 1] },
    falls: '2m',
    absent: '4m',
  },
  {
    alert: 'SignalVanished',
    before: '26h',
    step: '1m',
    given: { [service]: 1 },
    series: { 'watchpost_service_requests_total{target="web",kind="service"}': ['+60', '+0'] },
    rises: '3m',
  },
]
