// Channels that fail: nothing is lost, another channel tells of it, and no secret is told with it.
import { json } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../demo/programs/ports.ts'
import { serveHttp } from '../../exporter/src/probes/testing/servers.ts'
import { startAlone, startMailbox } from '../harness/alertmanager.ts'
import { startSlack } from '../harness/slack.ts'
import { startStack } from '../harness/stack.ts'
import { waitFor } from '../harness/wait.ts'

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
  const origin = await serveHttp((request, response) => {
    const answer = async (): Promise<void> => {
      const { alerts = [] } = (await json(request)) as {
        alerts?: readonly { annotations: { description: string } }[]
      }
      if (way !== 'well') refused += 1
      if (way === 'hang') return
      if (way === 'well') taken.push(...alerts.map(({ annotations }) => annotations.description))
      response.writeHead(way === 'well' ? 200 : 500).end()
    }
    void answer()
  })
  return { url: `${origin}/secret-path`, taken, refused: () => refused, go: (next) => void (way = next) }
}

const labels = { alertname: 'ServiceDown', target: 'ohlc_api', severity: 'critical' }

function alert(description: string) {
  return { labels, annotations: { description }, endsAt: new Date(Date.now() + 300_000).toISOString() }
}

// A group that waits five minutes between tries fails twice in ten; one that waits a second, as here, many times.
test(
  'a webhook that fails or hangs for a while gets the message once it is well, and nobody reads its address',
  { timeout: 90_000 },
  async () => {
    for (const { taken, log } of await Promise.all([recover('error', 5), recover('hang', 1)])) {
      expect(taken).toEqual(['it is down'])
      expect(log).not.toContain('secret-path')
    }
  },
)

/** A message to a webhook that fails so for some tries and is well again: what it took, and what was logged. */
async function recover(way: Way, tries: number) {
  const webhook = await openWebhook()
  const { alertmanager, log } = await startAlone({
    ALERT_CHANNELS: 'webhook',
    ALERT_WEBHOOK_URL: webhook.url,
  })
  webhook.go(way)
  await alertmanager.post([alert('it is down')])
  await waitFor(`it was tried, with ${way}`, () => webhook.refused() >= tries, 40)
  webhook.go('well')
  await waitFor('the message arrives', () => webhook.taken.includes('it is down'), 40)
  return { taken: webhook.taken, log: log() }
}

test('ten kilobytes with markup reach mailbox and webhook whole', { timeout: 60_000 }, async () => {
  const webhook = await openWebhook()
  const { server, environment } = await startMailbox()
  const { alertmanager } = await startAlone({
    ...environment,
    ALERT_CHANNELS: 'webhook,email',
    ALERT_WEBHOOK_URL: webhook.url,
  })
  const description = `<img src=x onerror=alert(1)> {{ .Secret }} ${'微'.repeat(3_400)} end`
  await alertmanager.post([alert(description)])
  await waitFor('the webhook has it', () => webhook.taken.includes(description))
  const { body } = await waitFor('the mail is there', () => server.mails[0])
  expect(body).toContain(`${'微'.repeat(3_400)} end`)
  expect(body).toContain('&lt;img src=x onerror=alert(1)&gt; {{ .Secret }}')
})

test('channels that nobody answers for leave no secret in the log', { timeout: 60_000 }, async () => {
  const nowhere = `http://127.0.0.1:${await freePort()}/secret-path`
  const { alertmanager, log } = await startAlone({
    ALERT_CHANNELS: 'webhook,slack,telegram,discord,teams,pagerduty',
    ALERT_WEBHOOK_URL: nowhere,
    ALERT_SLACK_WEBHOOK_URL: nowhere,
    ALERT_TELEGRAM_API_URL: nowhere.replace('secret-path', 'telegram'),
    // This one Alertmanager does write, as docs/security.md says.
    ALERT_TELEGRAM_BOT_TOKEN: '123:token',
    ALERT_TELEGRAM_CHAT_ID: '1',
    ALERT_DISCORD_WEBHOOK_URL: nowhere,
    ALERT_TEAMS_WEBHOOK_URL: nowhere,
    ALERT_PAGERDUTY_URL: nowhere.replace('secret-path', 'pagerduty'),
    ALERT_PAGERDUTY_ROUTING_KEY: 'secret-path',
  })
  await alertmanager.post([alert('it is down')])
  const named = ['webhook', 'slack', 'telegram', 'discord', 'msteamsv2', 'pagerduty']
  await waitFor('each is said to fail', () => named.every((name) => log().includes(`integration=${name}[0]`)))
  expect(log()).not.toContain('secret-path')
})

const failing = ['slack', 'email', 'telegram', 'discord', 'msteamsv2', 'pagerduty'] as const

test(
  'each channel that fails is told of by one that works, and that one by another once it fails itself',
  { timeout: 240_000 },
  async () => {
    const slack = await startSlack('{"ok":false,"error":"channel_is_archived"}')
    onTestFinished(() => slack.close())
    const broken = await openWebhook()
    broken.go('error')
    const own = await openWebhook()
    const stack = await startStack({
      // What fails for minutes is told of; twice the pace of the scrapes leaves the rules ten of them in a window.
      pace: 15,
      alerting: {
        ALERT_CHANNELS: 'webhook,slack,email,telegram,discord,teams,pagerduty',
        ALERT_WEBHOOK_URL: own.url,
        ALERT_SLACK_WEBHOOK_URL: slack.url,
        // Nobody listens.
        ALERT_EMAIL_SMTP_HOST: '127.0.0.1',
        ALERT_EMAIL_SMTP_PORT: String(await freePort()),
        ALERT_EMAIL_USERNAME: 'alerts@company.com',
        ALERT_EMAIL_PASSWORD: 'correct horse',
        ALERT_TELEGRAM_API_URL: broken.url,
        ALERT_TELEGRAM_BOT_TOKEN: 'secret-path',
        ALERT_TELEGRAM_CHAT_ID: '1',
        ALERT_DISCORD_WEBHOOK_URL: broken.url,
        ALERT_TEAMS_WEBHOOK_URL: broken.url,
        ALERT_PAGERDUTY_URL: broken.url,
        ALERT_PAGERDUTY_ROUTING_KEY: 'secret-path',
      },
    })
    onTestFinished(() => stack.stop())
    await stack.fleet.break('trending_api', 'down')
    const told = (): readonly string[] => own.taken.filter((text) => text.startsWith('Notifications through'))
    await stack.waitFor(
      'the webhook hears of every failing channel',
      () => failing.every((channel) => told().some((text) => text.includes(` ${channel} fail`))),
      120,
    )
    expect(told().join()).not.toContain('secret-path')
    const refused = slack.messages.length
    const saying = (word: string) => (): boolean =>
      slack.messages.slice(refused).some(({ attachments }) => JSON.stringify(attachments).includes(word))
    slack.reply('ok')
    own.go('hang')
    await stack.fleet.break('posting_service', 'down')
    await stack.waitFor('Slack has the message of the service', saying('trending_api'), 60)
    await stack.waitFor('Slack hears of the webhook', saying('Notifications through webhook fail'), 120)
  },
)
