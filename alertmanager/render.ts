// Environment → alertmanager.yml, its templates and its secret files. Alertmanager itself reads no environment.
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { stringify } from 'yaml'
import { channelNames, channels, isChannel, webhookTo } from './channels.ts'
import type { Channel, Integrations } from './channels.ts'
import { inhibitRules } from './inhibitions.ts'
import { writeRendered } from './output.ts'
import type { Rendered } from './output.ts'
import { receiverNames, renderRoute } from './routes.ts'
import { isHttpUrl, readVariables } from './variables.ts'
import type { Environment, Variables } from './variables.ts'
import { parseWindow } from './windows.ts'

const languages = ['en', 'zh-TW'] as const
type Language = (typeof languages)[number]

/** `directory` is where Alertmanager will find what is written; some paths it does not take from beside the file. */
export function renderAlertmanager(environment: Environment, directory = ''): Rendered {
  const variables = readVariables(environment, directory)
  const language = (variables.choice('ALERT_LANGUAGE', languages) ?? 'en') as Language
  const timezone = readTimezone(variables)
  const enabled = variables.choice('ALERT_ENABLED', ['true', 'false']) !== 'false'
  const all = enabled ? readChannels(variables, 'ALERT_CHANNELS', []) : []
  const extras = {
    recovery: enabled && isGiven(variables, 'ALERT_RECOVERY_URL'),
    heartbeat: enabled && isGiven(variables, 'ALERT_HEARTBEAT_URL'),
  }
  const timeIntervals = [
    { name: 'maintenance', time_intervals: readWindows(variables, 'ALERT_MAINTENANCE_WINDOWS', timezone) },
    { name: 'quiet-hours', time_intervals: readWindows(variables, 'ALERT_QUIET_HOURS', timezone) },
  ].filter((interval) => interval.time_intervals.length > 0)
  const mutedBy = timeIntervals.map((interval) => interval.name)
  const config = {
    global: { resolve_timeout: '5m', http_config: { follow_redirects: false } },
    templates: ['templates/*.tmpl'],
    route: renderRoute({
      channels: all,
      ...extras,
      maintenance: mutedBy.filter((name) => name === 'maintenance'),
      quiet: mutedBy.filter((name) => name === 'quiet-hours'),
      groupWait: readDuration(variables, 'ALERT_GROUP_WAIT', '20s'),
      groupInterval: readDuration(variables, 'ALERT_GROUP_INTERVAL', '5m'),
      repeatInterval: readDuration(variables, 'ALERT_REPEAT_INTERVAL', '4h'),
    }),
    inhibit_rules: inhibitRules,
    ...(timeIntervals.length > 0 ? { time_intervals: timeIntervals } : {}),
    receivers: renderReceivers(variables, all, extras),
  }
  return {
    yaml: stringify(config, { lineWidth: 0, aliasDuplicateObjects: false }),
    settingsTemplate: renderSettings(variables, timezone),
    language,
    secrets: variables.secrets,
    secretFiles: variables.secretFiles,
    problems: variables.problems(),
  }
}

interface Extras {
  readonly recovery: boolean
  readonly heartbeat: boolean
}

/** One receiver for each severity, and one for each channel alone, which the channel test needs. */
function renderReceivers(variables: Variables, all: readonly Channel[], extras: Extras): readonly object[] {
  const integrations = new Map(all.map((name) => [name, channels[name](variables)]))
  const severity = (name: string, list: string): object => {
    const chosen = readChannels(variables, list, all)
    return { name, ...Object.assign({}, ...chosen.map((channel) => integrations.get(channel))) }
  }
  return [
    { name: receiverNames.nobody },
    severity(receiverNames.critical, 'ALERT_CRITICAL_CHANNELS'),
    severity(receiverNames.warning, 'ALERT_WARNING_CHANNELS'),
    ...all.map((name) => ({ name, ...integrations.get(name) })),
    ...(extras.recovery
      ? [{ name: receiverNames.recovery, ...webhookTo(variables, 'ALERT_RECOVERY', 'recovery') }]
      : []),
    ...(extras.heartbeat ? [{ name: receiverNames.heartbeat, ...renderHeartbeat(variables) }] : []),
  ]
}

function readChannels(variables: Variables, name: string, fallback: readonly Channel[]): readonly Channel[] {
  const listed = variables.list(name)
  if (listed.length === 0) return fallback
  const known = name === 'ALERT_CHANNELS' ? channelNames : variables.list('ALERT_CHANNELS')
  for (const channel of listed.filter((item) => !known.includes(item))) {
    const from = name === 'ALERT_CHANNELS' ? '' : ', the channels of ALERT_CHANNELS'
    const expected =
      known.length > 0 ? `one of ${known.join(', ')}${from}` : 'no channel, because ALERT_CHANNELS is empty'
    variables.problem(`${name}: expected ${expected}, got ${JSON.stringify(channel)}`)
  }
  return listed.filter(isChannel).filter((channel) => known.includes(channel))
}

function isGiven(variables: Variables, name: string): boolean {
  return (variables.text(name) ?? variables.text(`${name}_FILE`)) !== undefined
}

function renderHeartbeat(variables: Variables): Integrations {
  const url = variables.secretFile('ALERT_HEARTBEAT_URL', { isUrl: true })
  return { webhook_configs: [{ url_file: url, send_resolved: false, timeout: '10s' }] }
}

function readWindows(variables: Variables, name: string, timezone: string): readonly object[] {
  return variables.list(name).flatMap((text) => {
    const intervals = parseWindow(text, timezone)
    if (!intervals) {
      const form = '"22:00-07:00", "sunday 02:00-04:00" or "monday..friday 12:00-13:00"'
      variables.problem(`${name}: expected windows as in ${form}, got ${JSON.stringify(text)}`)
    }
    return intervals ?? []
  })
}

function readDuration(variables: Variables, name: string, fallback: string): string {
  const value = variables.text(name) ?? fallback
  if (!/^(\d+[smhd])+$/.test(value)) {
    variables.problem(`${name}: expected a duration as in 30s or 4h, got ${JSON.stringify(value)}`)
  }
  return value
}

function readTimezone(variables: Variables): string {
  const timezone = variables.text('ALERT_TIMEZONE') ?? 'UTC'
  try {
    return new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone && timezone
  } catch {
    variables.problem(
      `ALERT_TIMEZONE: expected a time zone as in Asia/Taipei, got ${JSON.stringify(timezone)}`,
    )
    return 'UTC'
  }
}

/** Rules carry paths, not addresses, so that they are the same in every installation; messages need the whole. */
function renderSettings(variables: Variables, timezone: string): string {
  const grafana = baseUrl(variables, 'ALERT_GRAFANA_URL', 'http://localhost:3000')
  const docs = baseUrl(variables, 'ALERT_DOCS_URL', '')
  const runbook = '{{ template "watchpost.word.runbook" }}'
  return [
    `{{ define "watchpost.grafana" }}${grafana}{{ end }}`,
    `{{ define "watchpost.docs" }}${docs === '' ? '' : `${docs}/`}{{ end }}`,
    // A link only where there is an address: a path alone leads nowhere from a mailbox.
    `{{ define "watchpost.runbook.mail" }}${docs === '' ? '{{ . }}' : `<a class="link" href="${docs}/{{ . }}">${docs}/{{ . }}</a>`}{{ end }}`,
    `{{ define "watchpost.slack.runbook" }}${docs === '' ? `${runbook} {{ . }}` : `<${docs}/{{ . }}|${runbook}>`}{{ end }}`,
    `{{ define "watchpost.time" }}{{ . | tz "${timezone}" | date "2006-01-02 15:04:05 MST" }}{{ end }}`,
    '',
  ].join('\n')
}

function baseUrl(variables: Variables, name: string, fallback: string): string {
  const value = variables.url(name) ?? fallback
  // Normalising encodes braces, so no address can become template code.
  return isHttpUrl(value) ? new URL(value).href.replace(/\/+$/, '') : ''
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { output: { type: 'string' } } })
  const writeError = (text: string): boolean => process.stderr.write(text)
  if (values.output === undefined) {
    writeError('usage: node alertmanager/render.ts --output=DIRECTORY\n')
    process.exitCode = 2
  } else {
    const write = (text: string): boolean => process.stdout.write(text)
    const directory = resolve(values.output)
    const rendered = renderAlertmanager(process.env, directory)
    process.exitCode = await writeRendered(directory, rendered, { write, writeError })
  }
}
