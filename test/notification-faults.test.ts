// Channels that fail: nothing is lost, another channel tells of it, and no secret is told with it.
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../demo/programs/ports.ts'
import { requireProgram } from '../demo/programs/find.ts'
import { startAlertmanager } from '../demo/stack/alertmanager.ts'
import { connectAlertmanager } from '../exporter/src/commands/alerts/alertmanager.ts'
import { startMailServer } from './harness/mail.ts'
import { startSlack } from './harness/slack.ts'
import { startStack } from './harness/stack.ts'
import { waitFor } from './harness/wait.ts'

type Way = 'well' | 'error' | 'hang'

/** A webhook that can be made to fail, and remembers what it took. */
async function openWebhook(): Promise<{
  readonly url: string
  readonly taken: readonly string[]
  readonly refused: () => number
  go: (way: Way) => void
}> {
  const taken: string[] = []
  let way: Way = 'well'
  let refused = 0
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const { alerts } = (await json(request)) as {
        alerts: readonly { annotations: { description: string } }[]
      }
      if (way !== 'well') refused += 1
      if (way === 'hang') return
      if (way === 'well') taken.push(...alerts.map(({ annotations }) => annotations.description))
      response.writeHead(way === 'well' ? 200 : 500).end()
    }
    void answer()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path`
  return { url, taken, refused: () => refused, go: (next) => void (way = next) }
}

async function start(environment: Readonly<Record<string, string>>) {
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-notifications-'))
  const port = await freePort()
  const program = await requireProgram('alertmanager', { log: () => undefined })
  const common = { ALERT_GROUP_WAIT: '1s', ALERT_GROUP_INTERVAL: '1s' }
  const running = await startAlertmanager({
    program,
    directory,
    port,
    environment: { ...common, ...environment },
  })
  onTestFinished(async () => {
    await running.stop()
    await rm(directory, { recursive: true })
  })
  return { alertmanager: connectAlertmanager(`http://127.0.0.1:${port}`), running }
}

const labels = { alertname: 'ServiceDown', target: 'ohlc_api', severity: 'critical' }

function alert(description: string) {
  return { labels, annotations: { description }, endsAt: new Date(Date.now() + 300_000).toISOString() }
}

// A group that waits five minutes between tries fails twice in ten; one that waits a second, as here, many times.
test.each(['error', 'hang'] as const)(
  'a webhook in state %s for a while gets the message once it is well, and nobody reads its address',
  { timeout: 90_000 },
  async (way) => {
    const webhook = await openWebhook()
    const { alertmanager, running } = await start({
      ALERT_CHANNELS: 'webhook',
      ALERT_WEBHOOK_URL: webhook.url,
    })
    webhook.go(way)
    await alertmanager.post([alert('it is down')])
    await waitFor('it was tried', () => webhook.refused() >= (way === 'hang' ? 1 : 5), 40)
    webhook.go('well')
    await waitFor('the message arrives', () => webhook.taken.includes('it is down'), 40)
    expect(webhook.taken).toEqual(['it is down'])
    expect(running.lastLines().join('\n')).not.toContain('secret-path')
  },
)

test('ten kilobytes with markup reach mailbox and webhook whole', { timeout: 60_000 }, async () => {
  const webhook = await openWebhook()
  const mail = await startMailServer({ username: 'alerts@company.com', password: 'correct horse' })
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-mail-'))
  const caFile = join(directory, 'ca.pem')
  await writeFile(caFile, mail.certificate)
  onTestFinished(async () => {
    await mail.close()
    await rm(directory, { recursive: true })
  })
  const { alertmanager } = await start({
    ALERT_CHANNELS: 'webhook,email',
    ALERT_WEBHOOK_URL: webhook.url,
    ALERT_EMAIL_SMTP_HOST: '127.0.0.1',
    ALERT_EMAIL_SMTP_PORT: String(mail.port),
    ALERT_EMAIL_USERNAME: 'alerts@company.com',
    ALERT_EMAIL_PASSWORD: 'correct horse',
    ALERT_EMAIL_CA_FILE: caFile,
  })
  const description = `<img src=x onerror=alert(1)> {{ .Secret }} ${'微'.repeat(3_400)} end`
  await alertmanager.post([alert(description)])
  await waitFor('the webhook has it', () => webhook.taken.includes(description))
  const { body } = await waitFor('the mail is there', () => mail.mails[0])
  expect(body).toContain(`${'微'.repeat(3_400)} end`)
  expect(body).toContain('&lt;img src=x onerror=alert(1)&gt; {{ .Secret }}')
})

test(
  'Slack that answers ok:false is told of by the webhook, and has its message once it is well',
  { timeout: 180_000 },
  async () => {
    const slack = await startSlack('{"ok":false,"error":"channel_is_archived"}')
    onTestFinished(() => slack.close())
    const stack = await startStack({
      alerting: { ALERT_CHANNELS: 'webhook,slack', ALERT_SLACK_WEBHOOK_URL: slack.url },
    })
    onTestFinished(() => stack.stop())
    await stack.fleet.break('trending_api', 'down')
    const told = await stack.waitFor(
      'the webhook hears of the failing channel',
      () => stack.webhook.alerts.find(({ labels: its }) => its['alertname'] === 'NotificationsFailing'),
      90,
    )
    expect(told.labels).toMatchObject({ integration: 'slack', severity: 'critical' })
    expect(told.annotations['description']).toContain('Notifications through slack fail')
    const refused = slack.messages.length
    slack.reply('ok')
    await stack.waitFor(
      'Slack has the message of the service',
      () =>
        slack.messages
          .slice(refused)
          .some(({ attachments }) => attachments[0]?.['title']?.includes('trending_api')),
      60,
    )
  },
)
