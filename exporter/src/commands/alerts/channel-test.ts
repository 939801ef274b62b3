// One synthetic alert through a channel, and how far it provably got. A 200 for an alert proves nothing of its delivery.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { explain } from '../../log.ts'
import type { Alertmanager } from './alertmanager.ts'
import type { Route } from './routing.ts'

/** In the order in which an alert gets there. `arrived` is not among them: only who reads the channel can say that. */
const stages = ['nothing', 'accepted', 'routed', 'sent'] as const
type Stage = (typeof stages)[number]

interface ChannelResult {
  readonly channel: string
  readonly reached: Stage
  readonly detail: string
}

interface ChannelTestOptions {
  readonly alertmanager: Alertmanager
  readonly timeoutSeconds: number
  readonly stop: AbortSignal
}

const testMatcher = 'watchpost_channel_test="true"'
const lifeMilliseconds = 120_000
const pollMilliseconds = 300

/** The channels that the running configuration has a test route for. */
export function channelsOf(tree: Route): readonly string[] {
  const test = (tree.routes ?? []).find(({ matchers = [] }) => matchers.includes(testMatcher))
  return (test?.routes ?? []).flatMap(({ receiver }) => receiver ?? [])
}

export async function testChannel(channel: string, options: ChannelTestOptions): Promise<ChannelResult> {
  const { alertmanager } = options
  const id = randomBytes(4).toString('hex')
  const labels = {
    alertname: 'WatchpostChannelTest',
    watchpost_channel_test: 'true',
    channel,
    severity: 'info',
    test_id: id,
  }
  const annotations = {
    summary: `Test ${id} of the channel ${channel}: nothing is wrong.`,
    description: 'Sent by watchpost alerts test.',
    summary_zh: `測試告警 ${id}：通道 ${channel}，一切正常。`,
    description_zh: '由 watchpost alerts test 發送。',
  }
  // It ends by itself soon, should this process not come to end it.
  const post = (endsAt: number): Promise<void> =>
    alertmanager.post([{ labels, annotations, endsAt: new Date(endsAt).toISOString() }])
  try {
    const before = readRequests(await alertmanager.metrics(), channel)
    await post(Date.now() + lifeMilliseconds)
    const result = await follow({ channel, id, before }, options)
    await post(Date.now())
    return result
  } catch (error) {
    return { channel, reached: 'nothing', detail: explain(error) }
  }
}

interface Sent {
  readonly channel: string
  readonly id: string
  readonly before: Requests
}

async function follow({ channel, id, before }: Sent, options: ChannelTestOptions): Promise<ChannelResult> {
  const { alertmanager, timeoutSeconds, stop } = options
  const deadline = Date.now() + timeoutSeconds * 1000
  let result: ChannelResult = { channel, reached: 'nothing', detail: 'Alertmanager does not list the alert' }
  while (Date.now() < deadline && !stop.aborted) {
    const [alert] = await alertmanager.alerts([`test_id="${id}"`])
    if (alert) result = judgeAlert(channel, alert)
    const now = readRequests(await alertmanager.metrics(), channel)
    const [requests, failed] = [now.total - before.total, now.failed - before.failed]
    if (requests > 0 && failed === 0)
      return { channel, reached: 'sent', detail: `taken; look for ${id} there` }
    if (failed > 0) {
      return { channel, reached: 'routed', detail: "refused; the reason is in Alertmanager's log" }
    }
    await sleep(pollMilliseconds, undefined, { signal: stop }).catch(() => undefined)
  }
  return result
}

function judgeAlert(
  channel: string,
  { receivers, status }: Awaited<ReturnType<Alertmanager['alerts']>>[number],
): ChannelResult {
  if (status.state === 'suppressed') {
    return { channel, reached: 'accepted', detail: 'held back by a silence or an inhibition' }
  }
  return receivers.some(({ name }) => name === channel)
    ? { channel, reached: 'routed', detail: 'not sent in time' }
    : {
        channel,
        reached: 'accepted',
        detail: `routed to ${receivers.map(({ name }) => name).join(', ')} instead`,
      }
}

interface Requests {
  readonly total: number
  readonly failed: number
}

/** Requests that Alertmanager made for a receiver; where it does not count by receiver, for its kind of channel. */
export function readRequests(metrics: string, channel: string): Requests {
  const integration = channel === 'teams' ? 'msteamsv2' : channel
  const lines = metrics.split('\n').filter((line) => line.startsWith('alertmanager_notification_requests_'))
  const named = lines.filter((line) => line.includes(`receiver_name="${channel}"`))
  const counted =
    named.length > 0 ? named : lines.filter((line) => line.includes(`integration="${integration}"`))
  const sum = (metric: string): number =>
    counted
      .filter((line) => line.startsWith(`${metric}{`))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0)
  return {
    total: sum('alertmanager_notification_requests_total'),
    failed: sum('alertmanager_notification_requests_failed_total'),
  }
}
