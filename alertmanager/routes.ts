// Which alert goes where.
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
