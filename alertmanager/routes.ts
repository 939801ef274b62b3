// Which alert goes where, and which alert keeps which other one silent.
import type { Channel } from './channels.ts'

export interface Routing {
  readonly channels: readonly Channel[]
  readonly heartbeat: boolean
  readonly recovery: boolean
  /** Names of time intervals in which nothing but heartbeats and channel tests is sent. */
  readonly maintenance: readonly string[]
  /** Names of time intervals in which only critical alerts are sent. */
  readonly quiet: readonly string[]
  readonly groupWait: string
  readonly groupInterval: string
  readonly repeatInterval: string
}

export const receiverNames = {
  nobody: 'nobody',
  critical: 'critical',
  warning: 'warning',
  heartbeat: 'heartbeat',
  recovery: 'recovery',
} as const

/** What makes two alerts two faults. Everything else of one fault travels in one message. */
const identity = ['cluster', 'alertname', 'target', 'task', 'instance']

export function renderRoute(routing: Routing): object {
  return {
    // An alert without a severity is a mistake in a rule, and better sent than lost.
    receiver: receiverNames.warning,
    group_by: identity,
    group_wait: routing.groupWait,
    group_interval: routing.groupInterval,
    repeat_interval: routing.repeatInterval,
    routes: [
      renderChannelTest(routing.channels),
      renderHeartbeat(routing.heartbeat),
      { matchers: ['severity=~"info|none"'], receiver: receiverNames.nobody },
      ...(routing.recovery ? [renderRecovery(routing)] : []),
      {
        matchers: ['severity="critical"'],
        receiver: receiverNames.critical,
        ...muted(routing.maintenance),
      },
      // Once a sibling has matched, even with `continue`, the parent's receiver is not used any more.
      { receiver: receiverNames.warning, ...muted([...routing.maintenance, ...routing.quiet]) },
    ],
  }
}

/** One receiver for each test alert; a channel that is not configured reaches nobody instead of everybody. */
function renderChannelTest(channels: readonly Channel[]): object {
  return {
    matchers: ['watchpost_channel_test="true"'],
    receiver: receiverNames.nobody,
    group_by: ['...'],
    group_wait: '1s',
    group_interval: '10s',
    repeat_interval: '24h',
    routes: channels.map((channel) => ({ matchers: [`channel="${channel}"`], receiver: channel })),
  }
}

function renderHeartbeat(wanted: boolean): object {
  if (!wanted) return { matchers: ['alertname="Watchdog"'], receiver: receiverNames.nobody }
  return {
    matchers: ['alertname="Watchdog"'],
    receiver: receiverNames.heartbeat,
    group_wait: '0s',
    group_interval: '1m',
    // A little under group_interval: with both alike, every other beat is left out.
    repeat_interval: '50s',
  }
}

/** Where people are told sooner than that, so is recovery. */
function renderRecovery({ maintenance, groupWait, groupInterval }: Routing): object {
  return {
    matchers: ['severity=~"warning|critical"'],
    receiver: receiverNames.recovery,
    continue: true,
    group_wait: shorterOf('5s', groupWait),
    group_interval: shorterOf('1m', groupInterval),
    // What is back before the group's next turn looks like no news: only a repetition brings it.
    repeat_interval: '5m',
    ...muted(maintenance),
  }
}

function shorterOf(one: string, other: string): string {
  return secondsOf(other) < secondsOf(one) ? other : one
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

function secondsOf(duration: string): number {
  const parts = [...duration.matchAll(/(\d+)([smhd])/g)]
  return parts.reduce((sum, [, amount, unit = 's']) => sum + Number(amount) * (unitSeconds[unit] ?? 1), 0)
}

function muted(names: readonly string[]): object {
  return names.length > 0 ? { mute_time_intervals: names } : {}
}

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
