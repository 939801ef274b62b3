// Alerts on their way out of a real Alertmanager: to a mail server with TLS and login, and to what answers as Slack does.
import { expect, onTestFinished, test } from 'vitest'
import type { Alertmanager } from '../../exporter/src/commands/alerts/alertmanager.ts'
import { channelsOf, testChannel } from '../../exporter/src/commands/alerts/channel-test.ts'
import { startAlone, startMailbox } from '../harness/alertmanager.ts'
import { startSlack as openSlack } from '../harness/slack.ts'
import type { Slack } from '../harness/slack.ts'
import { waitFor } from '../harness/wait.ts'

async function startSlack(reply?: string): Promise<Slack> {
  const slack = await openSlack(reply)
  onTestFinished(() => slack.close())
  return slack
}

const labels = { alertname: 'ServiceDown', target: 'ohlc_api', severity: 'critical' }
const annotations = {
  summary: 'Service is down and nothing it depends on explains it.',
  description: 'ohlc_api fails its probes (reason: connect) <b>now</b>.',
  possible_causes: 'The process crashed; a bad deployment.',
  summary_zh: '微服務離線',
  description_zh: '微服務 ohlc_api 探測失敗（原因：connect）。',
  possible_causes_zh: '服務程序崩潰；部署有誤',
  dashboard_url: '/d/watchpost-service?var-target=ohlc_api',
}

async function fire(alertmanager: Alertmanager, endsAt = Date.now() + 60_000): Promise<void> {
  await alertmanager.post([{ labels, annotations, endsAt: new Date(endsAt).toISOString() }])
}

test('a mail says what fails and, in the same thread, when it is over', async () => {
  const { server, environment } = await startMailbox()
  const { alertmanager } = await startAlone(environment)
  await fire(alertmanager)
  const [firing] = await waitFor('the mail is there', () => server.mails.length > 0 && server.mails)
  expect(firing?.wasEncrypted).toBe(true)
  expect(firing?.subject).toBe('[CRITICAL] ohlc_api: Service is down and nothing it depends on explains it.')
  expect(firing?.headers).toMatch(/^To: on-call@company.com$/m)
  expect(firing?.body).toContain('ohlc_api fails its probes (reason: connect) <b>now</b>.')
  expect(firing?.body).toContain('ohlc_api fails its probes (reason: connect) &lt;b&gt;now&lt;/b&gt;.')
  expect(firing?.body).toContain('href="http://localhost:3000/d/watchpost-service?var-target=ohlc_api"')
  await fire(alertmanager, Date.now())
  const resolved = await waitFor('the second mail is there', () => server.mails[1])
  expect(resolved.subject).toMatch(/^\[RESOLVED\] ohlc_api: /)
  const thread = /^(?:References|In-Reply-To): (.+)$/m
  expect(thread.exec(resolved.headers)?.[1]).toBe(thread.exec(firing?.headers ?? '')?.[1])
  expect(thread.test(resolved.headers)).toBe(true)
})

test('a mail in Chinese is Chinese', async () => {
  const { server, environment } = await startMailbox()
  const { alertmanager } = await startAlone({ ...environment, ALERT_LANGUAGE: 'zh-TW' })
  await fire(alertmanager)
  const mail = await waitFor('the mail is there', () => server.mails[0])
  expect(mail.subject).toBe('[嚴重] ohlc_api: 微服務離線')
  expect(mail.body).toContain('微服務 ohlc_api 探測失敗（原因：connect）。')
  expect(mail.body).toContain('可能原因\r\n• 服務程序崩潰\r\n• 部署有誤')
  expect(mail.body).not.toContain('Possible causes')
})

test('a mail server that refuses the login is a channel that fails, and nobody reads the password', async () => {
  const { server, environment } = await startMailbox()
  const { alertmanager, log } = await startAlone({
    ...environment,
    ALERT_EMAIL_PASSWORD: 'wrong-but-still-secret',
  })
  const { signal } = new AbortController()
  const result = await testChannel('email', { alertmanager, timeoutSeconds: 20, stop: signal })
  expect(result).toEqual({
    channel: 'email',
    reached: 'routed',
    detail: "refused; the reason is in Alertmanager's log",
  })
  expect(server.mails).toEqual([])
  expect(log()).not.toContain('wrong-but-still-secret')
  expect(JSON.stringify(await alertmanager.config())).not.toContain('wrong-but-still-secret')
})

test('a message in Slack has its colour, its title with a link, and no markup of others', async () => {
  const { url, messages } = await startSlack('ok')
  const { alertmanager } = await startAlone({ ALERT_CHANNELS: 'slack', ALERT_SLACK_WEBHOOK_URL: url })
  await fire(alertmanager)
  const message = await waitFor('the message is there', () => messages[0]?.attachments[0])
  expect(message['color']).toBe('danger')
  expect(message['title']).toBe('[CRITICAL] ohlc_api')
  expect(message['title_link']).toBe('http://localhost:3000/d/watchpost-service?var-target=ohlc_api')
  expect(message['text']).toContain('(reason: connect) &lt;b&gt;now&lt;/b&gt;.')
})

test('a refusal that Slack wraps in a 200 is a refusal', async () => {
  const { url } = await startSlack('{"ok":false,"error":"channel_not_found"}')
  const { alertmanager } = await startAlone({ ALERT_CHANNELS: 'slack', ALERT_SLACK_WEBHOOK_URL: url })
  expect(channelsOf((await alertmanager.config()).route)).toEqual(['slack'])
  const { signal } = new AbortController()
  const result = await testChannel('slack', { alertmanager, timeoutSeconds: 20, stop: signal })
  expect(result.reached).toBe('routed')
})
