// restart_service of units on a real systemd, with the rights that the shipped polkit rule gives.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { restartUnit } from '../../recovery/src/actions/restart-unit.ts'
import { startSystemd } from '../harness/systemd.ts'
import type { Systemd } from '../harness/systemd.ts'
import { waitFor } from '../harness/wait.ts'

let systemd: Systemd
beforeAll(async () => {
  systemd = await startSystemd()
})
afterAll(() => systemd.remove())

function bind(change: object = {}) {
  const fields = { unit: 'web.service', systemctl: systemd.systemctl, ...change }
  return restartUnit.bind(restartUnit.fields.parse(fields))
}

const moment = () => ({ now: 0, signal: AbortSignal.timeout(20_000), idempotencyKey: 'k' })
const property = async (name: string, unit = 'web.service'): Promise<string> =>
  (await systemd.run('systemctl', 'show', '--value', `--property=${name}`, unit)).trim()

async function web(...lines: readonly string[]): Promise<void> {
  await systemd.unit('web.service', ...lines)
  await systemd.run('sh', '-c', 'systemctl stop web.service; systemctl reset-failed web.service; true')
}

test('a unit that runs is restarted, and runs as another process', async () => {
  await web('ExecStart=/bin/sleep infinity')
  await systemd.run('systemctl', 'start', 'web.service')
  const before = await property('MainPID')
  expect(await bind().plan(moment())).toEqual({ steps: ['restart unit web.service (active, running)'] })
  expect(await property('MainPID')).toBe(before)
  expect(await bind().run(moment())).toEqual(['restarted unit web.service'])
  expect(await property('ActiveState')).toBe('active')
  expect(await property('MainPID')).not.toBe(before)
})

test('a unit that failed is started, also when systemd has given up on it', async () => {
  await systemd.run('rm', '-f', '/run/is-well')
  await web(
    'ExecStart=/bin/sh -c "test -e /run/is-well && exec sleep infinity"',
    'Restart=always',
    'RestartSec=50ms',
  )
  await systemd.run('systemctl', 'start', 'web.service')
  await waitFor('systemd gives up', async () => (await property('ActiveState')) === 'failed')
  await systemd.run('touch', '/run/is-well')
  await expect(systemd.run('systemctl', 'start', 'web.service')).rejects.toThrow('Job for web.service failed')
  expect(await bind().run(moment())).toEqual(['restarted unit web.service'])
  expect(await property('ActiveState')).toBe('active')
})

test('a unit that ends at once is an error, however well the call went', async () => {
  await web('ExecStart=/bin/false')
  await systemd.run('systemctl', 'start', 'web.service')
  await waitFor('it failed', async () => (await property('ActiveState')) === 'failed')
  await expect(bind().run(moment())).rejects.toThrow('it ended at once: exit-code')
})

test('a unit that was stopped stays stopped, and one that is under way is left alone', async () => {
  await web('ExecStart=/bin/sleep infinity', 'ExecStartPre=/bin/sleep 3')
  expect(await bind().plan(moment())).toEqual({ refusal: 'it was stopped, or ended well' })
  await expect(bind().run(moment())).rejects.toThrow('it was stopped')
  expect(await property('ActiveState')).toBe('inactive')
  await systemd.run('systemctl', 'start', '--no-block', 'web.service')
  expect(await bind().plan(moment())).toEqual({ refusal: 'it is activating' })
})

test.each([
  ['nowhere.service', 'it is not-found'],
  ['systemd-logind.service', 'systemd-logind.service is part of the monitoring, or of the machine'],
  ['dbus.service', 'dbus.service is part of the monitoring, or of the machine'],
])('%s is refused: %s', async (unit, refusal) => {
  expect(await bind({ unit }).plan(moment())).toEqual({ refusal })
})

test('a unit that is not in the rule cannot be restarted, whatever the configuration says', async () => {
  await systemd.unit('other.service', 'ExecStart=/bin/sleep infinity')
  await systemd.run('systemctl', 'start', 'other.service')
  const before = await property('MainPID', 'other.service')
  await expect(bind({ unit: 'other.service' }).run(moment())).rejects.toThrow(
    /systemctl restart: .*(?:[Aa]ccess denied|authentication)/,
  )
  expect(await property('MainPID', 'other.service')).toBe(before)
})

test.each([
  '--all',
  '-H evil.service',
  '../web.service',
  'web.socket',
  'a b.service',
  '*.service',
  '-H.service',
])('%s is no name of a unit', (unit) => {
  expect(restartUnit.fields.safeParse({ unit }).success).toBe(false)
})
