// Everybody who is told: a mailbox behind TLS and a login, a Slack, a webhook; and what they were told, in one form.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startMailServer } from '../../harness/mail.ts'
import type { Mail } from '../../harness/mail.ts'
import { startSlack } from '../../harness/slack.ts'
import type { SlackMessage } from '../../harness/slack.ts'
import { startWebhook } from '../../harness/webhook.ts'
import type { ReceivedAlert } from '../../harness/webhook.ts'

export const channels = ['email', 'slack', 'webhook'] as const
export type Channel = (typeof channels)[number]

export interface Message {
  readonly channel: Channel
  readonly state: 'firing' | 'resolved'
  /** The alert and what it is about: `ServiceDown target=ohlc_api`. */
  readonly title: string
  readonly severity: string
  readonly at: number
}

export interface Inbox {
  /** The ALERT_ variables that lead here. */
  readonly environment: Readonly<Record<string, string>>
  readonly messages: () => readonly Message[]
  readonly close: () => Promise<void>
}

const login = { username: 'alerts@company.com', password: 'correct horse battery staple' }

export async function openInbox(directory: string): Promise<Inbox> {
  const [mail, slack, webhook] = await Promise.all([startMailServer(login), startSlack(), startWebhook()])
  const caFile = join(directory, 'mail-ca.pem')
  await writeFile(caFile, mail.certificate)
  return {
    environment: {
      ALERT_CHANNELS: channels.join(),
      ALERT_EMAIL_SMTP_HOST: '127.0.0.1',
      ALERT_EMAIL_SMTP_PORT: String(mail.port),
      ALERT_EMAIL_USERNAME: login.username,
      ALERT_EMAIL_PASSWORD: login.password,
      ALERT_EMAIL_TO: 'on-call@company.com',
      ALERT_EMAIL_CA_FILE: caFile,
      ALERT_SLACK_WEBHOOK_URL: slack.url,
      ALERT_WEBHOOK_URL: `http://127.0.0.1:${webhook.port}/`,
    },
    messages: () => [
      ...mail.mails.flatMap(readMail),
      ...slack.messages.flatMap(readSlack),
      ...webhook.alerts.map(readWebhook),
    ],
    close: async () => {
      await Promise.all([mail.close(), slack.close(), webhook.close()])
    },
  }
}

function readMail({ body, at, wasEncrypted }: Mail): Message[] {
  if (!wasEncrypted) throw new Error('a mail came without TLS')
  // The plain part has a line such as `CRITICAL: ServiceDown target=ohlc_api` for each alert.
  return [...body.matchAll(/^(CRITICAL|WARNING|RESOLVED): ([A-Z].*?)\r?$/gm)].map(
    ([, word = '', title = '']) => ({
      channel: 'email',
      state: word === 'RESOLVED' ? 'resolved' : 'firing',
      title: shorten(title),
      severity: word.toLowerCase(),
      at,
    }),
  )
}

function readSlack({ attachments, at }: SlackMessage): Message[] {
  return attachments.flatMap(({ title = '', text = '' }) => {
    const severity = /^\[([A-Z]+)/.exec(title)?.[1]?.toLowerCase() ?? ''
    const alerts = [...text.matchAll(/^`([A-Z]\w+)`(.*)$/gm)]
    return alerts.map(([, alert = '', about = '']): Message => ({
      channel: 'slack',
      state: severity === 'resolved' ? 'resolved' : 'firing',
      title: shorten(alert + about),
      severity,
      at,
    }))
  })
}

const unsaid = new Set(['alertname', 'severity', 'job', 'kind'])

function readWebhook({ status, labels, at }: ReceivedAlert): Message {
  const about = Object.entries(labels)
    .filter(([name]) => !unsaid.has(name))
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => ` ${name}=${value}`)
  return {
    channel: 'webhook',
    state: status === 'firing' ? 'firing' : 'resolved',
    title: shorten((labels['alertname'] ?? '') + about.join('')),
    severity: labels['severity'] ?? '',
    at,
  }
}

/** Without what differs from run to run. */
function shorten(title: string): string {
  return title
    .replace(/ instance=\S+/, '')
    .replace(/ mountpoint=\S+/, ' mountpoint=disk')
    .trim()
}
