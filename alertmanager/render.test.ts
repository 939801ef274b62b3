import { execFile } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { requireProgram } from '../demo/programs/find.ts'
import { writeRendered } from './output.ts'
import { renderAlertmanager } from './render.ts'
import type { Environment } from './variables.ts'

const execute = promisify(execFile)

/** The mission's environment, and all the rest. */
const everything = {
  ALERT_CHANNELS: 'email,slack,webhook,telegram,discord,teams,pagerduty',
  ALERT_EMAIL_SMTP_HOST: 'smtp.gmail.com',
  ALERT_EMAIL_SMTP_PORT: '587',
  ALERT_EMAIL_USERNAME: 'alerts@company.com',
  ALERT_EMAIL_PASSWORD: 'inline-secret-1',
  ALERT_SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/inline-secret-2',
  ALERT_WEBHOOK_URL: 'https://monitoring.company.com/webhook/inline-secret-3',
  ALERT_WEBHOOK_TOKEN: 'inline-secret-4',
  ALERT_TELEGRAM_BOT_TOKEN: 'inline-secret-5',
  ALERT_TELEGRAM_CHAT_ID: '-1001234',
  ALERT_DISCORD_WEBHOOK_URL: 'https://discord.com/api/webhooks/inline-secret-6',
  ALERT_TEAMS_WEBHOOK_URL: 'https://company.webhook.office.com/inline-secret-7',
  ALERT_PAGERDUTY_ROUTING_KEY: 'inline-secret-8',
  ALERT_RECOVERY_URL: 'http://recovery:8010/inline-secret-9',
  ALERT_HEARTBEAT_URL: 'https://hc-ping.com/inline-secret-10',
  ALERT_WARNING_CHANNELS: 'email, slack',
  ALERT_QUIET_HOURS: '22:00-07:00',
  ALERT_MAINTENANCE_WINDOWS: 'sunday 02:00-04:00',
  ALERT_TIMEZONE: 'Asia/Taipei',
} satisfies Environment

let directory = ''
let amtool = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-alertmanager-'))
  amtool = (await requireProgram('amtool', { log: () => undefined })).path
}, 180_000)

afterAll(() => rm(directory, { recursive: true }))

async function write(name: string, environment: Environment) {
  const folder = join(directory, name)
  const said: string[] = []
  const speak = (text: string): void => void said.push(text)
  const code = await writeRendered(folder, renderAlertmanager(environment), {
    write: speak,
    writeError: speak,
  })
  return { folder, code, said: said.join('') }
}

describe('problems are said all at once, word for word', () => {
  test.each<readonly [string, Environment, readonly string[]]>([
    [
      'channels named but not configured',
      { ALERT_CHANNELS: 'email,slack,webhook' },
      [
        'ALERT_EMAIL_SMTP_HOST: expected a value, because the channel email needs it',
        'ALERT_EMAIL_FROM: expected a value, because the channel email needs it',
        'ALERT_EMAIL_TO: expected a value, because the channel email needs it',
        'ALERT_SLACK_WEBHOOK_URL: expected a value, or a file in ALERT_SLACK_WEBHOOK_URL_FILE, because the channel slack needs it',
        'ALERT_WEBHOOK_URL: expected a value, or a file in ALERT_WEBHOOK_URL_FILE, because the channel webhook needs it',
      ],
    ],
    [
      'the other channels',
      { ALERT_CHANNELS: 'telegram,discord,teams,pagerduty', ALERT_TELEGRAM_CHAT_ID: '@ops' },
      [
        'ALERT_TELEGRAM_CHAT_ID: expected a whole number, got "@ops"',
        'ALERT_TELEGRAM_BOT_TOKEN: expected a value, or a file in ALERT_TELEGRAM_BOT_TOKEN_FILE, because the channel telegram needs it',
        'ALERT_DISCORD_WEBHOOK_URL: expected a value, or a file in ALERT_DISCORD_WEBHOOK_URL_FILE, because the channel discord needs it',
        'ALERT_TEAMS_WEBHOOK_URL: expected a value, or a file in ALERT_TEAMS_WEBHOOK_URL_FILE, because the channel teams needs it',
        'ALERT_PAGERDUTY_ROUTING_KEY: expected a value, or a file in ALERT_PAGERDUTY_ROUTING_KEY_FILE, because the channel pagerduty needs it',
      ],
    ],
    [
      'a channel that does not exist',
      { ALERT_CHANNELS: 'sms' },
      [
        'ALERT_CHANNELS: expected one of email, slack, webhook, telegram, discord, teams, pagerduty, got "sms"',
      ],
    ],
    [
      'a severity sent through a channel that is off',
      { ALERT_CHANNELS: 'webhook', ALERT_WEBHOOK_URL: 'http://hook/', ALERT_CRITICAL_CHANNELS: 'pagerduty' },
      ['ALERT_CRITICAL_CHANNELS: expected one of webhook, the channels of ALERT_CHANNELS, got "pagerduty"'],
    ],
    [
      'wrong values',
      {
        ALERT_ENABLED: 'yes',
        ALERT_LANGUAGE: 'fr',
        ALERT_TIMEZONE: 'Taipei',
        ALERT_QUIET_HOURS: '22-7',
        ALERT_MAINTENANCE_WINDOWS: 'someday 02:00-04:00',
        ALERT_GROUP_WAIT: 'soon',
        ALERT_GRAFANA_URL: 'grafana:3000',
        ALERT_CHANNELS: 'email',
        ALERT_EMAIL_SMTP_HOST: 'smtp',
        ALERT_EMAIL_SMTP_PORT: 'smtp',
        ALERT_EMAIL_USERNAME: 'a@b.example',
        ALERT_EMAIL_PASSWORD: 'one',
        ALERT_EMAIL_PASSWORD_FILE: 'two',
      },
      [
        'ALERT_LANGUAGE: expected one of en, zh-TW, got "fr"',
        'ALERT_TIMEZONE: expected a time zone as in Asia/Taipei, got "Taipei"',
        'ALERT_ENABLED: expected one of true, false, got "yes"',
        'ALERT_MAINTENANCE_WINDOWS: expected windows as in "22:00-07:00", "sunday 02:00-04:00" or "monday..friday 12:00-13:00", got "someday 02:00-04:00"',
        'ALERT_QUIET_HOURS: expected windows as in "22:00-07:00", "sunday 02:00-04:00" or "monday..friday 12:00-13:00", got "22-7"',
        'ALERT_GROUP_WAIT: expected a duration as in 30s or 4h, got "soon"',
        'ALERT_EMAIL_SMTP_PORT: expected a port number, got "smtp"',
        'ALERT_EMAIL_PASSWORD: expected either this or ALERT_EMAIL_PASSWORD_FILE, got both',
        'ALERT_GRAFANA_URL: expected an http(s) URL',
      ],
    ],
    [
      'a secret address that is none is not repeated',
      { ALERT_CHANNELS: 'slack', ALERT_SLACK_WEBHOOK_URL: 'hooks.slack.com/T0/B0/secret' },
      ['ALERT_SLACK_WEBHOOK_URL: expected an http(s) URL'],
    ],
  ])('%s', (_, environment, problems) => {
    expect(renderAlertmanager(environment).problems).toEqual(problems)
  })

  test('nothing is written then, and the exit code is 2', async () => {
    const { code, said, folder } = await write('refused', { ALERT_CHANNELS: 'sms' })
    expect(code).toBe(2)
    expect(said).toMatch(/^ALERT_CHANNELS: .*\n1 problem in the environment\n$/)
    await expect(readdir(folder)).rejects.toThrow('ENOENT')
  })

  test('a secret file that cannot be read is named with its variable', async () => {
    const { code, said } = await write('unreadable', {
      ALERT_CHANNELS: 'slack',
      ALERT_SLACK_WEBHOOK_URL_FILE: '/nowhere/slack',
    })
    expect(code).toBe(2)
    expect(said).toContain(
      'ALERT_SLACK_WEBHOOK_URL_FILE: expected a readable file, got "/nowhere/slack" (ENOENT)\n',
    )
  })
})

describe('what is written', () => {
  test('passes amtool, with every channel, with one, and with none', async () => {
    const one = { ALERT_CHANNELS: 'webhook', ALERT_WEBHOOK_URL: 'http://127.0.0.1:9/' }
    const environments = { all: everything, one, none: {}, off: { ...everything, ALERT_ENABLED: 'false' } }
    for (const [name, environment] of Object.entries(environments)) {
      const { folder, code } = await write(name, environment)
      expect(code).toBe(0)
      const { stdout } = await execute(amtool, ['check-config', join(folder, 'alertmanager.yml')])
      expect(stdout).toContain('SUCCESS')
    }
  })

  test('holds secrets only in files that nobody else may read', async () => {
    const { folder } = await write('secret', everything)
    const paths = await readdir(folder, { recursive: true, withFileTypes: true })
    const contents = new Map<string, string>()
    for (const path of paths.filter((entry) => entry.isFile())) {
      const full = join(path.parentPath, path.name)
      contents.set(full, await readFile(full, 'utf8'))
    }
    const secret = [...contents].filter(([, content]) => content.includes('inline-secret'))
    expect(secret).toHaveLength(10)
    for (const [path] of secret) {
      expect(path).toContain('/secrets/')
      expect((await stat(path)).mode & 0o777).toBe(0o600)
    }
  })

  test('names its own secret files by where they are, because Alertmanager looks for some from where it was started', () => {
    const { yaml } = renderAlertmanager(
      { ALERT_CHANNELS: 'webhook', ALERT_WEBHOOK_URL: 'http://hook/' },
      '/etc/alertmanager',
    )
    expect(yaml).toContain('url_file: /etc/alertmanager/secrets/webhook_url')
  })

  test('refers to a secret file that is given, and copies nothing of it', async () => {
    const file = join(directory, 'given')
    await writeFile(file, 'https://hooks.slack.com/services/x')
    const { folder } = await write('given-secret', {
      ALERT_CHANNELS: 'slack',
      ALERT_SLACK_WEBHOOK_URL_FILE: file,
    })
    expect(await readFile(join(folder, 'alertmanager.yml'), 'utf8')).toContain(`api_url_file: ${file}`)
    expect(await readdir(folder)).not.toContain('secrets')
  })

  test('takes quiet hours past midnight as two windows of the place', () => {
    const config = parse(
      renderAlertmanager({
        ALERT_QUIET_HOURS: '22:00-07:00, friday 23:00-01:00',
        ALERT_TIMEZONE: 'Asia/Taipei',
      }).yaml,
    ) as { readonly time_intervals: unknown }
    const location = 'Asia/Taipei'
    expect(config.time_intervals).toEqual([
      {
        name: 'quiet-hours',
        time_intervals: [
          { times: [{ start_time: '22:00', end_time: '24:00' }], location },
          { times: [{ start_time: '00:00', end_time: '07:00' }], location },
          { weekdays: ['friday'], times: [{ start_time: '23:00', end_time: '24:00' }], location },
          { weekdays: ['saturday'], times: [{ start_time: '00:00', end_time: '01:00' }], location },
        ],
      },
    ])
  })
})

describe('an alert goes', () => {
  let config = ''
  beforeAll(async () => {
    config = join((await write('routes', everything)).folder, 'alertmanager.yml')
  })

  test.each([
    ['recovery,critical', 'alertname=ServiceDown severity=critical target=ohlc_api'],
    ['recovery,warning', 'alertname=TargetSlow severity=warning target=ohlc_api'],
    ['nobody', 'alertname=ServiceImpacted severity=info target=ohlc_api root_cause=platform_db'],
    ['nobody', 'alertname=DependencyDown severity=none target=ohlc_api'],
    ['heartbeat', 'alertname=Watchdog severity=none'],
    ['warning', 'alertname=SomebodyForgotTheSeverity'],
    ['email', 'watchpost_channel_test=true channel=email severity=critical'],
    ['pagerduty', 'watchpost_channel_test=true channel=pagerduty'],
    ['nobody', 'watchpost_channel_test=true channel=sms severity=critical'],
  ])('to %s: %s', async (receivers, labels) => {
    const route = ['config', 'routes', 'test', `--config.file=${config}`]
    const { stdout } = await execute(amtool, [...route, ...labels.split(' ')])
    expect(stdout.trim()).toBe(receivers)
  })

  test.each([
    ['20s', '5m', '5s', '1m'],
    ['2s', '1m30s', '2s', '1m'],
    ['1m', '15s', '5s', '15s'],
  ])('to recovery no later than to people: %s, %s', async (wait, interval, soonest, again) => {
    const given = { ...everything, ALERT_GROUP_WAIT: wait, ALERT_GROUP_INTERVAL: interval }
    const { route } = parse(renderAlertmanager(given).yaml) as { route: { routes: readonly object[] } }
    expect(route.routes).toContainEqual(
      expect.objectContaining({ receiver: 'recovery', group_wait: soonest, group_interval: again }),
    )
  })

  test('without recovery and heartbeat to nobody but people', async () => {
    const { folder } = await write('plain', { ALERT_CHANNELS: 'webhook', ALERT_WEBHOOK_URL: 'http://hook/' })
    const route = ['config', 'routes', 'test', `--config.file=${join(folder, 'alertmanager.yml')}`]
    const { stdout } = await execute(amtool, [...route, 'severity=critical'])
    expect(stdout.trim()).toBe('critical')
    const { stdout: beat } = await execute(amtool, [...route, 'alertname=Watchdog', 'severity=none'])
    expect(beat.trim()).toBe('nobody')
  })
})
