// The rendered configuration in a real Alertmanager: who is told, who is held back, and what the commands say of it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../demo/programs/ports.ts'
import { requireProgram } from '../../demo/programs/find.ts'
import type { RunningProcess } from '../../demo/programs/process.ts'
import { startAlertmanager } from '../../demo/stack/alertmanager.ts'
import { alerts } from '../../exporter/src/commands/alerts/alerts.ts'
import { connectAlertmanager } from '../../exporter/src/commands/alerts/alertmanager.ts'
import type { Alertmanager } from '../../exporter/src/commands/alerts/alertmanager.ts'
import { explainAlert } from '../../exporter/src/commands/alerts/explanation.ts'
import { readArguments } from '../../exporter/src/commands/command.ts'
import { startAlone } from '../harness/alertmanager.ts'
import { listen } from '../harness/listen.ts'
import type { Running } from '../harness/listen.ts'
import { waitFor } from '../harness/wait.ts'
import { startWebhook } from '../harness/webhook.ts'
import type { Webhook } from '../harness/webhook.ts'

let directory = ''
let url = ''
let webhook: Webhook
let running: RunningProcess
let alertmanager: Alertmanager
let refusing: Running

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-alerts-'))
  webhook = await startWebhook()
  refusing = await listen((request, response) => {
    request.resume()
    response.writeHead(403).end('invalid_token')
  })
  const port = await freePort()
  const program = await requireProgram('alertmanager', { log: () => undefined })
  const environment = {
    ALERT_CHANNELS: 'webhook,slack',
    ALERT_WARNING_CHANNELS: 'webhook',
    ALERT_WEBHOOK_URL: `http://127.0.0.1:${webhook.port}/`,
    ALERT_SLACK_WEBHOOK_URL: `${refusing.url}/`,
    ALERT_GROUP_WAIT: '1s',
  }
  running = await startAlertmanager({ program, directory, port, environment })
  url = `http://127.0.0.1:${port}`
  alertmanager = connectAlertmanager(url)
})

afterAll(async () => {
  await running.stop()
  await webhook.close()
  await refusing.stop()
  await rm(directory, { recursive: true })
})

async function run(...argv: readonly string[]) {
  const parsed = readArguments(alerts, [`--alertmanager.url=${url}`, ...argv])
  if (typeof parsed === 'string') throw new Error(parsed)
  const said: string[] = []
  const speak = (text: string): void => void said.push(text)
  const stop = new AbortController().signal
  const code = await alerts.run({
    ...parsed,
    environment: {},
    write: speak,
    writeError: speak,
    stop,
    onReload: () => {},
  })
  return { code, said: said.join('') }
}

type Labels = Readonly<Record<string, string>>

async function fire(...labels: readonly Labels[]): Promise<void> {
  const endsAt = new Date(Date.now() + 60_000).toISOString()
  await alertmanager.post(labels.map((each) => ({ labels: each, annotations: {}, endsAt })))
}

async function stateOf(labels: Labels): Promise<string | undefined> {
  const filter = Object.entries(labels).map(([name, value]) => `${name}="${value}"`)
  return (await alertmanager.alerts(filter))[0]?.status.state
}

describe('watchpost alerts test', () => {
  test('says of each channel how far its alert got, and the webhook really has it', async () => {
    const { code, said } = await run('test')
    expect(said).toMatch(/^CHANNEL +REACHED +DETAIL\n/)
    expect(said).toMatch(/^slack +routed +refused; the reason is in Alertmanager's log$/m)
    const id = /^webhook +sent +taken; look for ([0-9a-f]{8}) there$/m.exec(said)?.[1]
    expect(webhook.alerts.map(({ labels }) => labels['test_id'])).toContain(id)
    expect(said).toMatch(/\n1 of 2 sent; whether they arrived, who reads the channel can tell\n$/)
    expect(code).toBe(1)
  })

  test('tests only the channel that is asked for', async () => {
    const { code, said } = await run('test', '--channel=webhook')
    expect(said).toContain('\n1 of 1 sent;')
    expect(code).toBe(0)
  })

  test('names a channel that is not there', async () => {
    expect(await run('test', '--channel=slac')).toEqual({
      code: 2,
      said: 'watchpost: Alertmanager has no channel slac, did you mean slack?\n',
    })
  })

  test('says so when there is no Alertmanager', async () => {
    const { code, said } = await run('test', '--alertmanager.url=http://127.0.0.1:1')
    expect(said).toMatch(/^watchpost: alertmanager http:\/\/127.0.0.1:1: expected an answer, got none: /)
    expect(code).toBe(1)
  })
})

test('watchpost alerts explain says where an alert goes and what holds it back', async () => {
  const { said: before } = await run(
    'explain',
    '{alertname="TargetSlow",target="explained",severity="warning"}',
  )
  expect(before).toBe(
    '{alertname="TargetSlow", target="explained", severity="warning"}  does not fire; this is what would happen if it did now\n' +
      '  receiver    warning  (the default route)\n',
  )
  await fire({ alertname: 'ServiceDown', target: 'explained', severity: 'critical' })
  await fire({ alertname: 'TargetSlow', target: 'explained', severity: 'warning' })
  const { said, code } = await run('explain', '{alertname="TargetSlow",target="explained"}')
  expect(code).toBe(0)
  expect(said).toMatch(/fires since .*, suppressed\n/)
  expect(said).toContain(
    '  inhibition  down-explains-symptom, by {alertname="ServiceDown", severity="critical", target="explained"}',
  )
})

test('without a severity each is explained, and what is silent now says so', async () => {
  const quiet = { ALERT_CHANNELS: 'webhook', ALERT_WEBHOOK_URL: url, ALERT_QUIET_HOURS: '00:00-24:00' }
  const alone = await startAlone(quiet)
  expect(await explainAlert(alone.alertmanager, { alertname: 'ServiceDown' })).toBe(
    `{alertname="ServiceDown", severity="critical"}  does not fire; this is what would happen if it did now
  receiver    critical  (severity="critical")
{alertname="ServiceDown", severity="warning"}  does not fire; this is what would happen if it did now
  receiver    warning  (the default route; silent during quiet-hours)
  muted       now, by quiet-hours
`,
  )
})

describe('of one fault one alert is sent:', () => {
  const critical = (alertname: string, target: string): Labels => ({
    alertname,
    target,
    severity: 'critical',
  })
  const warning = (alertname: string, more: Labels): Labels => ({ alertname, severity: 'warning', ...more })

  test.each<readonly [string, Labels, Labels, Labels]>([
    [
      'a dependency that is down covers every alert of its dependents',
      { alertname: 'DependencyDown', target: 'a1', dependency: 'a2', severity: 'none' },
      critical('ErrorBudgetBurn', 'a1'),
      critical('ErrorBudgetBurn', 'a2'),
    ],
    [
      'down covers slow',
      critical('ServiceDown', 'b1'),
      warning('TargetSlow', { target: 'b1' }),
      warning('TargetSlow', { target: 'b2' }),
    ],
    [
      'critical covers warning',
      critical('DataSourceDown', 'c1'),
      warning('DataSourceDown', { target: 'c1' }),
      warning('DataSourceDown', { target: 'c2' }),
    ],
    [
      'a row of failures covers the last of them',
      { alertname: 'TaskRetriesExhausted', task: 'd1', severity: 'critical' },
      warning('TaskFailed', { task: 'd1' }),
      warning('TaskFailed', { task: 'd2' }),
    ],
    [
      'a failed run covers the failure rate',
      warning('TaskFailed', { task: 'e1' }),
      warning('TaskFailureRateHigh', { task: 'e1' }),
      warning('TaskFailureRateHigh', { task: 'e2' }),
    ],
    [
      'a run that hangs covers the start it misses',
      warning('TaskStuck', { task: 'f1' }),
      warning('TaskOverdue', { task: 'f1' }),
      warning('TaskOverdue', { task: 'f2' }),
    ],
    [
      'down covers nothing that has no target',
      critical('ServiceDown', 'g1'),
      critical('TargetFlapping', 'g1'),
      warning('WatchpostStateNotPersisted', { instance: 'exporter:8007' }),
    ],
  ])('%s', async (_, cause, covered, free) => {
    await fire(cause, covered, free)
    await waitFor('the symptom is held back', async () => (await stateOf(covered)) === 'suppressed')
    expect(await stateOf(cause)).toBe('active')
    expect(await stateOf(free)).toBe('active')
    const sent = await waitFor('the other alert is sent', () =>
      webhook.alerts.find(({ labels }) =>
        Object.entries(free).every(([name, value]) => labels[name] === value),
      ),
    )
    expect(sent.status).toBe('firing')
    const names = ({ labels }: { readonly labels: Labels }): string => JSON.stringify(labels)
    expect(webhook.alerts.map(names)).not.toContain(names({ labels: covered }))
  })

  test('what is down in one cluster covers nothing in another', async () => {
    const slow = (cluster: string): Labels => warning('TargetSlow', { target: 'i1', cluster })
    await fire({ ...critical('ServiceDown', 'i1'), cluster: 'north' }, slow('north'), slow('south'))
    await waitFor('the symptom is held back', async () => (await stateOf(slow('north'))) === 'suppressed')
    expect(await stateOf(slow('south'))).toBe('active')
  })

  test('a busy host covers slowness everywhere, and Watchpost without a network covers all', async () => {
    await fire(warning('HostCpuHigh', { instance: 'h' }), warning('TargetSlow', { target: 'h1' }))
    await waitFor(
      'slowness is held back',
      async () => (await stateOf({ alertname: 'TargetSlow', target: 'h1' })) === 'suppressed',
    )
    const blind = { alertname: 'WatchpostBlind', severity: 'critical' }
    await fire(blind, critical('ServiceDown', 'h2'), { alertname: 'Watchdog', severity: 'none' })
    await waitFor(
      'the service is held back',
      async () => (await stateOf({ alertname: 'ServiceDown', target: 'h2' })) === 'suppressed',
    )
    expect(await stateOf(blind)).toBe('active')
    expect(await stateOf({ alertname: 'Watchdog' })).toBe('active')
    // A test of the channels is possible even then.
    expect((await run('test', '--channel=webhook')).code).toBe(0)
  })
})
