// One real Alertmanager for a test, which waits for nothing.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { requireProgram } from '../../demo/programs/find.ts'
import { freePort } from '../../demo/programs/ports.ts'
import { startAlertmanager } from '../../demo/stack/alertmanager.ts'
import { connectAlertmanager } from '../../exporter/src/commands/alerts/alertmanager.ts'
import type { Alertmanager } from '../../exporter/src/commands/alerts/alertmanager.ts'
import { startMailServer } from './mail.ts'
import type { MailServer } from './mail.ts'

export interface StartedAlertmanager {
  readonly alertmanager: Alertmanager
  readonly log: () => string
}

export async function startAlone(
  environment: Readonly<Record<string, string>>,
): Promise<StartedAlertmanager> {
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-channels-'))
  const port = await freePort()
  const program = await requireProgram('alertmanager', { log: () => undefined })
  const common = { ALERT_GROUP_WAIT: '1s', ALERT_GROUP_INTERVAL: '1s', ALERT_TIMEZONE: 'Asia/Taipei' }
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
  return {
    alertmanager: connectAlertmanager(`http://127.0.0.1:${port}`),
    log: () => running.lastLines().join('\n'),
  }
}

const mailPassword = 'correct horse battery staple'

/** A mail server, and the variables that lead to it. */
export async function startMailbox(): Promise<{
  readonly server: MailServer
  readonly environment: Readonly<Record<string, string>>
}> {
  const server = await startMailServer({ username: 'alerts@company.com', password: mailPassword })
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-mail-'))
  const caFile = join(directory, 'ca.pem')
  await writeFile(caFile, server.certificate)
  onTestFinished(async () => {
    await server.close()
    await rm(directory, { recursive: true })
  })
  const environment = {
    ALERT_CHANNELS: 'email',
    ALERT_EMAIL_SMTP_HOST: '127.0.0.1',
    ALERT_EMAIL_SMTP_PORT: String(server.port),
    ALERT_EMAIL_USERNAME: 'alerts@company.com',
    ALERT_EMAIL_PASSWORD: mailPassword,
    ALERT_EMAIL_TO: 'on-call@company.com',
    ALERT_EMAIL_CA_FILE: caFile,
  }
  return { server, environment }
}
