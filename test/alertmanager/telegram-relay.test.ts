// alertmanager/telegram-relay.cfg in a real HAProxy, between a real Alertmanager and a server shaped like Telegram's.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { requireProgram } from '../../demo/programs/find.ts'
import { freePort } from '../../demo/programs/ports.ts'
import { startProcess } from '../../demo/programs/process.ts'
import { serveHttp } from '../../exporter/src/probes/testing/servers.ts'
import { startAlone } from '../harness/alertmanager.ts'
import { waitFor } from '../harness/wait.ts'

const execute = promisify(execFile)
const shipped = join(import.meta.dirname, '../../alertmanager/telegram-relay.cfg')
const token = '123456:real-token'
const sent = JSON.stringify({
  ok: true,
  result: { message_id: 1, date: 1, chat: { id: 1, type: 'private' } },
})

/** As it is shipped, but for the address of Telegram and its TLS. */
async function startRelay(telegram: string): Promise<string> {
  const text = await readFile(shipped, 'utf8')
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-relay-'))
  const file = join(directory, 'relay.cfg')
  await writeFile(file, text.replace(/^ {2}server .*$/m, `  server telegram ${new URL(telegram).host}`))
  const address = `127.0.0.1:${await freePort()}`
  const relay = await startProcess({
    name: 'haproxy',
    command: (await requireProgram('haproxy', { log: () => {} })).path,
    arguments: ['-db', '-f', file],
    environment: { TELEGRAM_RELAY: address, TELEGRAM_BOT_TOKEN: token },
    readyUrl: `tcp://${address}`,
  })
  onTestFinished(async () => {
    await relay.stop()
    await rm(directory, { recursive: true })
  })
  return `http://${address}`
}

const down = (target: string) => ({
  labels: { alertname: 'ServiceDown', severity: 'critical', target },
  annotations: { summary: 'Down.' },
  endsAt: new Date(Date.now() + 300_000).toISOString(),
})

test('HAProxy takes the file as it is shipped', async () => {
  const { path } = await requireProgram('haproxy', { log: () => {} })
  const env = { ...process.env, TELEGRAM_RELAY: '127.0.0.1:8081', TELEGRAM_BOT_TOKEN: token }
  const { stderr } = await execute(path, ['-c', '-f', shipped], { env })
  expect(stderr).not.toContain('[ALERT]')
})

test('Telegram is told the token, and the log of Alertmanager is not', { timeout: 60_000 }, async () => {
  const paths: string[] = []
  let isGone = false
  const telegram = await serveHttp((request, response) => {
    paths.push(request.url ?? '')
    if (isGone) response.destroy()
    else response.setHeader('content-type', 'application/json').end(sent)
  })
  const { alertmanager, log } = await startAlone({
    ALERT_CHANNELS: 'telegram',
    ALERT_TELEGRAM_API_URL: await startRelay(telegram),
    ALERT_TELEGRAM_BOT_TOKEN: 'relay',
    ALERT_TELEGRAM_CHAT_ID: '1',
  })
  await alertmanager.post([down('web')])
  await waitFor('Telegram has the message', () => paths.includes(`/bot${token}/sendMessage`))
  isGone = true
  await alertmanager.post([down('api')])
  await waitFor('it is said to fail', () => log().includes('integration=telegram[0]'))
  expect(log()).not.toContain('real-token')
})
