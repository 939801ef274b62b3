// `watchpost alerts test` and `watchpost alerts explain`: what becomes of an alert in the running Alertmanager.
import { nearest } from '../../config/problem.ts'
import { explain as reason } from '../../log.ts'
import type { Command, Invocation } from '../command.ts'
import { renderTable } from '../table.ts'
import { connectAlertmanager } from './alertmanager.ts'
import type { Alertmanager } from './alertmanager.ts'
import { channelsOf, testChannel } from './channel-test.ts'
import { explainAlert, parseSelector } from './explanation.ts'

const usage = `watchpost: alerts expects test, or explain with labels as in watchpost alerts explain '{alertname="ServiceDown"}'\n`

export const alerts: Command = {
  name: 'alerts',
  summary: 'Tests the alert channels, or says where an alert goes and what holds it back.',
  positionals: 'test | explain \'{alertname="…"}\'',
  flags: {
    'alertmanager.url': {
      type: 'string',
      default: 'http://localhost:9093',
      description: 'The Alertmanager.',
    },
    channel: {
      type: 'string',
      multiple: true,
      description: 'test: the channel to test; may be given several times; all of them if it is not given.',
    },
    timeout: {
      type: 'string',
      default: '30',
      description: 'test: how many seconds to wait for each channel.',
    },
  },
  async run(invocation) {
    const [action, ...rest] = invocation.positionals
    const alertmanager = connectAlertmanager(invocation.values['alertmanager.url'] ?? '')
    try {
      if (action === 'test' && rest.length === 0) return await test(invocation, alertmanager)
      if (action === 'explain') return await explain(invocation, alertmanager, rest.join(' '))
    } catch (error) {
      invocation.writeError(`watchpost: ${reason(error)}\n`)
      return 1
    }
    invocation.writeError(usage)
    return 2
  },
}

async function test(invocation: Invocation, alertmanager: Alertmanager): Promise<number> {
  const { values, lists, stop, write, writeError } = invocation
  const timeoutSeconds = Number(values['timeout'])
  if (!(timeoutSeconds > 0)) {
    writeError(`watchpost: --timeout expects a number of seconds, got ${JSON.stringify(values['timeout'])}\n`)
    return 2
  }
  const known = channelsOf((await alertmanager.config()).route)
  const wanted = lists['channel'] ?? known
  const unknown = wanted.filter((channel) => !known.includes(channel))
  for (const channel of unknown) {
    const meant = nearest(channel, known)
    const hint = meant ? `did you mean ${meant}?` : `expected one of ${known.join(', ')}`
    writeError(`watchpost: Alertmanager has no channel ${channel}, ${hint}\n`)
  }
  if (unknown.length > 0) return 2
  if (wanted.length === 0) {
    writeError('watchpost: Alertmanager has no channels; name them in ALERT_CHANNELS\n')
    return 1
  }
  const results = await Promise.all(
    wanted.map((channel) => testChannel(channel, { alertmanager, timeoutSeconds, stop })),
  )
  write(
    renderTable(
      ['CHANNEL', 'REACHED', 'DETAIL'],
      results.map((r) => [r.channel, r.reached, r.detail]),
    ),
  )
  const sent = results.filter(({ reached }) => reached === 'sent').length
  write(`${sent} of ${results.length} sent; whether they arrived, who reads the channel can tell\n`)
  return sent === results.length ? 0 : 1
}

async function explain(invocation: Invocation, alertmanager: Alertmanager, text: string): Promise<number> {
  const labels = parseSelector(text)
  if (!labels) {
    invocation.writeError(usage)
    return 2
  }
  invocation.write(await explainAlert(alertmanager, labels))
  return 0
}
