// Which alert keeps which other one silent.
const down = 'ServiceDown|DataSourceDown|DatabaseDown'

interface Inhibition {
  readonly name: string
  readonly source_matchers: readonly string[]
  readonly target_matchers: readonly string[]
  readonly equal?: readonly string[]
}

/** A source must never match the targets of its own rule, and `equal` never name a label that both sides may lack. */
const explanations: readonly Inhibition[] = [
  {
    name: 'blind-watchpost-knows-nothing',
    source_matchers: ['alertname="WatchpostBlind"'],
    target_matchers: ['alertname!~"WatchpostBlind|Watchdog"', 'watchpost_channel_test=""'],
  },
  {
    // Also a "resolved" is held back: what nobody looks at is not repaired. The rules keep what is down.
    name: 'lost-watchpost-knows-nothing',
    source_matchers: ['alertname="WatchpostDown"'],
    target_matchers: [
      'alertname!~"Watch.*|Prometheus.*|Alertmanager.*|Notifications.*|Monitoring.*"',
      'watchpost_channel_test=""',
    ],
  },
  {
    name: 'dependency-explains-symptom',
    source_matchers: ['alertname="DependencyDown"'],
    // Rules know by themselves who is down on its own account.
    target_matchers: ['severity=~"critical|warning"', `alertname!~"${down}"`, 'target!=""'],
    equal: ['target'],
  },
  {
    name: 'down-explains-symptom',
    source_matchers: [`alertname=~"${down}"`],
    target_matchers: [`alertname!~"${down}|DependencyDown"`, 'target!=""'],
    equal: ['target'],
  },
  {
    // Measured times cannot be trusted while the machine that measures is out of breath.
    name: 'busy-host-explains-slowness',
    source_matchers: ['alertname=~"HostCpuHigh|HostMemoryHigh"'],
    target_matchers: ['alertname=~"TargetSlow"'],
  },
  {
    name: 'row-of-failures-covers-each-of-them',
    source_matchers: ['alertname="TaskRetriesExhausted"'],
    target_matchers: ['alertname=~"TaskFailed|TaskFailureRateHigh"', 'task!=""'],
    equal: ['task'],
  },
  {
    name: 'failed-run-covers-failure-rate',
    source_matchers: ['alertname="TaskFailed"'],
    target_matchers: ['alertname="TaskFailureRateHigh"', 'task!=""'],
    equal: ['task'],
  },
  {
    name: 'stuck-run-explains-missed-start',
    source_matchers: ['alertname="TaskStuck"'],
    target_matchers: ['alertname="TaskOverdue"', 'task!=""'],
    equal: ['task'],
  },
  {
    name: 'burning-budget-covers-its-symptoms',
    source_matchers: ['alertname="ErrorBudgetBurn"', 'severity="critical"'],
    target_matchers: ['alertname=~"TargetFlapping|TargetSlow"', 'target!=""'],
    equal: ['target'],
  },
  {
    name: 'lock-explains-transaction',
    source_matchers: ['alertname="DatabaseSessionsBlocked"'],
    target_matchers: ['alertname="DatabaseTransactionLong"', 'target!=""'],
    equal: ['target'],
  },
  {
    name: 'stale-source-explains-quality',
    source_matchers: ['alertname="DataSourceStale"'],
    target_matchers: ['alertname="DataSourceQualityLow"', 'target!=""'],
    equal: ['target'],
  },
  {
    name: 'container-explains-service-restart',
    source_matchers: ['alertname=~"ContainerOomKilled|ContainerRestartLoop"'],
    target_matchers: ['alertname="ServiceRestartLoop"', 'target!=""'],
    equal: ['target'],
  },
  {
    name: 'killed-container-explains-restart',
    source_matchers: ['alertname="ContainerOomKilled"'],
    target_matchers: ['alertname="ContainerRestartLoop"'],
    equal: ['container'],
  },
  {
    name: 'critical-covers-warning',
    source_matchers: ['severity="critical"'],
    target_matchers: ['severity=~"warning|info"'],
    equal: ['alertname', 'target', 'task', 'instance', 'mountpoint', 'container', 'slo'],
  },
]

/** One Alertmanager may serve several clusters with targets of the same names. Where there is one, all lack the label. */
export const inhibitRules: readonly object[] = explanations.map((rule) => ({
  ...rule,
  equal: ['cluster', ...(rule.equal ?? [])],
}))
