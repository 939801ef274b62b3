// What each notification channel needs from the environment, and what it is in Alertmanager's terms.
import type { Variables } from './variables.ts'

export type Integrations = Readonly<Record<string, readonly object[]>>

const title = '{{ template "watchpost.subject" . }}'
const text = '{{ template "watchpost.text" . }}'

function email(variables: Variables): Integrations {
  const needer = 'the channel email'
  const username = variables.text('ALERT_EMAIL_USERNAME')
  const address = username?.includes('@') ? username : undefined
  const caFile = variables.text('ALERT_EMAIL_CA_FILE')
  const config = {
    smarthost: readSmarthost(variables, needer),
    from: variables.text('ALERT_EMAIL_FROM') ?? address ?? variables.required('ALERT_EMAIL_FROM', needer),
    to: variables.text('ALERT_EMAIL_TO') ?? address ?? variables.required('ALERT_EMAIL_TO', needer),
    ...readLogin(variables, username),
    require_tls: variables.choice('ALERT_EMAIL_REQUIRE_TLS', ['true', 'false']) !== 'false',
    ...(caFile ? { tls_config: { ca_file: caFile } } : {}),
    send_resolved: true,
    headers: { Subject: title },
    html: '{{ template "watchpost.email" . }}',
    text,
    // The mail that says "resolved" belongs under the one that said "firing".
    threading: { enabled: true, thread_by_date: 'none' },
  }
  return { email_configs: [config] }
}

function readSmarthost(variables: Variables, needer: string): string {
  const host = variables.required('ALERT_EMAIL_SMTP_HOST', needer)
  const port = variables.text('ALERT_EMAIL_SMTP_PORT') ?? '587'
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    variables.problem(`ALERT_EMAIL_SMTP_PORT: expected a port number, got ${JSON.stringify(port)}`)
  }
  return `${host}:${port}`
}

function readLogin(variables: Variables, username: string | undefined): object {
  const options = username ? { neededBy: 'ALERT_EMAIL_USERNAME' } : {}
  const password = variables.secretFile('ALERT_EMAIL_PASSWORD', options)
  return {
    ...(username ? { auth_username: username } : {}),
    ...(password ? { auth_password_file: password } : {}),
  }
}

function slack(variables: Variables): Integrations {
  const url = variables.secretFile('ALERT_SLACK_WEBHOOK_URL', { neededBy: 'the channel slack', isUrl: true })
  const channel = variables.text('ALERT_SLACK_CHANNEL')
  const config = {
    api_url_file: url,
    ...(channel ? { channel } : {}),
    send_resolved: true,
    timeout: '10s',
    color: '{{ template "watchpost.color" . }}',
    title: '{{ template "watchpost.slack.title" . }}',
    title_link: '{{ template "watchpost.link" . }}',
    fallback: title,
    text: '{{ template "watchpost.slack.text" . }}',
  }
  return { slack_configs: [config] }
}

function webhook(variables: Variables): Integrations {
  return webhookTo(variables, 'ALERT_WEBHOOK', 'the channel webhook')
}

/** A webhook at `<PREFIX>_URL`, with the bearer token of `<PREFIX>_TOKEN` where there is one. */
export function webhookTo(variables: Variables, prefix: string, neededBy: string): Integrations {
  const url = variables.secretFile(`${prefix}_URL`, { neededBy, isUrl: true })
  const token = variables.secretFile(`${prefix}_TOKEN`)
  const authorization = token ? { authorization: { type: 'Bearer', credentials_file: token } } : {}
  const config = {
    url_file: url,
    send_resolved: true,
    max_alerts: 50,
    timeout: '10s',
    http_config: { follow_redirects: false, ...authorization },
  }
  return { webhook_configs: [config] }
}

function telegram(variables: Variables): Integrations {
  const needer = 'the channel telegram'
  const chat = variables.required('ALERT_TELEGRAM_CHAT_ID', needer)
  if (chat !== '' && !/^-?\d+$/.test(chat)) {
    variables.problem(`ALERT_TELEGRAM_CHAT_ID: expected a whole number, got ${JSON.stringify(chat)}`)
  }
  const apiUrl = variables.url('ALERT_TELEGRAM_API_URL')
  const config = {
    ...(apiUrl ? { api_url: apiUrl } : {}),
    bot_token_file: variables.secretFile('ALERT_TELEGRAM_BOT_TOKEN', { neededBy: needer }),
    chat_id: Number(chat),
    send_resolved: true,
    // Plain text: alert texts hold markup characters that Telegram would refuse the message for.
    parse_mode: '',
    message: `${title}\n\n${text}`,
  }
  return { telegram_configs: [config] }
}

function discord(variables: Variables): Integrations {
  const neededBy = 'the channel discord'
  const url = variables.secretFile('ALERT_DISCORD_WEBHOOK_URL', { neededBy, isUrl: true })
  return { discord_configs: [{ webhook_url_file: url, send_resolved: true, title, message: text }] }
}

function teams(variables: Variables): Integrations {
  const neededBy = 'the channel teams'
  const url = variables.secretFile('ALERT_TEAMS_WEBHOOK_URL', { neededBy, isUrl: true })
  return { msteamsv2_configs: [{ webhook_url_file: url, send_resolved: true, title, text }] }
}

function pagerduty(variables: Variables): Integrations {
  const key = variables.secretFile('ALERT_PAGERDUTY_ROUTING_KEY', { neededBy: 'the channel pagerduty' })
  const url = variables.url('ALERT_PAGERDUTY_URL')
  const config = {
    routing_key_file: key,
    ...(url ? { url } : {}),
    send_resolved: true,
    description: title,
    severity: '{{ or .CommonLabels.severity "error" }}',
    details: { text },
  }
  return { pagerduty_configs: [config] }
}

export const channels = { email, slack, webhook, telegram, discord, teams, pagerduty } as const

export type Channel = keyof typeof channels

export const channelNames = Object.keys(channels) as readonly Channel[]

export function isChannel(name: string): name is Channel {
  return name in channels
}
