// Watchpost, Prometheus, Alertmanager, Loki and recovery.
import type { Life } from './life.ts'

const job = (name: string): string => `up{job="${name}",instance="${name}:80"}`

export const meta: readonly Life[] = [
  { alert: 'WatchpostBlind', series: { watchpost_blind: [0, 1] } },
  { alert: 'WatchpostDown', series: { [job('watchpost')]: [1, 0] }, absent: 'stays' },
  // A scrape that fails once must not end it.
  {
    alert: 'WatchpostConfigReloadFailed',
    series: { watchpost_config_last_reload_successful: [1, 0] },
    absent: '4m45s',
  },
  { alert: 'WatchpostStateNotPersisted', series: { 'watchpost_state_persisted{collector="tasks"}': [1, 0] } },
  {
    alert: 'WatchpostPeerPingsWaiting',
    given: { 'up{job="watchpost"}': 1 },
    series: { 'watchpost_peer_pings_waiting{peer="http://watchpost-b:8007"}': [0, 3] },
  },
  { alert: 'WatchpostCollectorFailed', series: { 'watchpost_collector_success{collector="tasks"}': [1, 0] } },
  { alert: 'WatchpostScrapeSlow', series: { watchpost_scrape_duration_seconds: [0.4, 9] } },
  {
    alert: 'WatchpostShardMissing',
    given: { 'watchpost_shards{shard="1"}': 2 },
    series: { 'watchpost_shards{shard="2"}': [2, null] },
  },
  {
    alert: 'WatchpostTargetVanished',
    before: '70m',
    given: { 'up{job="watchpost"}': 1 },
    series: { 'watchpost_target_info{target="web",kind="service"}': [1, null] },
  },
  {
    alert: 'PrometheusConfigReloadFailed',
    series: { prometheus_config_last_reload_successful: [1, 0] },
    absent: '4m45s',
  },
  {
    alert: 'PrometheusRuleFailures',
    series: { 'prometheus_rule_evaluation_failures_total{rule_group="a"}': ['+0', '+1'] },
    falls: '4m30s',
    absent: '4m30s',
  },
  {
    alert: 'PrometheusRuleMissed',
    series: { 'prometheus_rule_group_iterations_missed_total{rule_group="a"}': ['+0', '+1'] },
    falls: '4m30s',
    absent: '4m30s',
  },
  {
    alert: 'PrometheusNotificationsFailing',
    series: { prometheus_notifications_alertmanagers_discovered: [1, 0] },
    rises: '4m45s',
    absent: '4m45s',
  },
  {
    alert: 'PrometheusStorageFailing',
    before: '2h',
    step: '1m',
    series: { prometheus_tsdb_compactions_failed_total: ['+0', '+1'] },
    falls: '58m',
    absent: '58m',
  },
  {
    alert: 'PrometheusNotIngesting',
    series: { 'prometheus_tsdb_head_samples_appended_total{instance="a"}': ['+10', '+0'] },
    rises: '4m30s',
    absent: '4m30s',
  },
  { alert: 'MonitoringTargetDown', series: { [job('grafana')]: [1, 0] } },
  { alert: 'AlertmanagerDown', series: { [job('alertmanager')]: [1, 0] }, absent: 'stays' },
  {
    alert: 'AlertmanagerConfigReloadFailed',
    series: { alertmanager_config_last_reload_successful: [1, 0] },
    absent: '4m45s',
  },
  {
    alert: 'NotificationsFailing',
    before: '20m',
    series: { 'alertmanager_notifications_failed_total{integration="slack"}': ['+0', '+1'] },
    falls: '14m30s',
    absent: '14m30s',
  },
]

export const logs: readonly Life[] = [
  { alert: 'LogsDiskFull', series: { 'loki_ingester_wal_disk_usage_percent{instance="loki"}': [0.5, 0.9] } },
  {
    alert: 'LogsRefused',
    series: { 'loki_discarded_samples_total{reason="rate_limited"}': ['+0', '+300'] },
    rises: '15s',
    falls: '4m30s',
    absent: '4m30s',
  },
]

const ofPolicy = (outcome: string): string =>
  `watchpost_recovery_actions_total{policy="p",action="restart_service",outcome="${outcome}"}`

export const recovery: readonly Life[] = [
  // Rounds that follow the clock, and the last of them.
  {
    alert: 'RecoveryStuck',
    series: { watchpost_recovery_last_round_timestamp_seconds: ['now', '+0'] },
    rises: '2m',
  },
  {
    alert: 'RecoveryJournalFailing',
    series: { watchpost_recovery_journal_failures_total: ['+0', '+1'] },
    falls: '4m30s',
    absent: '4m30s',
  },
  {
    alert: 'RecoveryEscalationFailing',
    series: { watchpost_recovery_escalation_failures_total: ['+0', '+1'] },
    falls: '9m30s',
    absent: '9m30s',
  },
  {
    alert: 'RecoveryBreakerOpen',
    series: { 'watchpost_recovery_breaker_state{policy="p",state="open"}': [0, 1] },
  },
  {
    alert: 'RecoveryNotHelping',
    before: '7h',
    step: '1m',
    series: { [ofPolicy('not_fixed')]: ['+0', '+1'] },
    rises: '1m',
    falls: '5h57m',
    absent: '5h58m',
  },
  {
    alert: 'RecoveryRecurring',
    before: '25h',
    step: '5m',
    series: { 'watchpost_recovery_recurrences_total{policy="p"}': ['+0', '+1'] },
    rises: '5m',
    falls: '23h45m',
    absent: '23h50m',
  },
  { alert: 'RecoveryPaused', step: '5m', series: { watchpost_recovery_paused: [0, 1] } },
  { alert: 'RecoveryBudgetSpent', series: { 'watchpost_recovery_budget_remaining{policy="p"}': [3, 0] } },
  {
    alert: 'RecoveryAccessDenied',
    before: '20m',
    series: { 'watchpost_recovery_webhook_requests_total{code="401"}': ['+0', '+1'] },
    rises: '1m15s',
    falls: '13m30s',
    absent: '13m45s',
  },
  {
    alert: 'RecoveryIntakeFailing',
    before: '20m',
    series: { 'watchpost_recovery_webhook_requests_total{code="503"}': ['+0', '+1'] },
    falls: '14m30s',
    absent: '14m30s',
  },
]
