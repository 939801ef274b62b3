// The recovery process, with a policy for each fault that it can heal.
import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Fleet } from '../fleet.ts'
import { startProcess } from '../programs/process.ts'
import type { RunningProcess } from '../programs/process.ts'
import { renderRecovery } from '../recovery-config.ts'
import type { RecoveryPlaces } from '../recovery-config.ts'

const main = join(import.meta.dirname, '../../recovery/src/main.ts')

export const recoveryModes = ['off', 'dry_run', 'approve', 'auto'] as const
export type RecoveryMode = (typeof recoveryModes)[number]

export interface RecoveryOptions {
  readonly directory: string
  readonly port: number
  readonly fleet: Fleet
  readonly places: Omit<RecoveryPlaces, 'tokenFile' | 'controlTokenFile'>
  /** What Alertmanager sends. */
  readonly token: string
}

export function newToken(): string {
  return randomBytes(32).toString('hex')
}

/** What `watchpost recovery` is told by --token.file. */
export function controlTokenFileIn(directory: string): string {
  return join(directory, 'control-token')
}

export function storageIn(directory: string): string {
  return join(directory, 'state')
}

export async function startRecovery(options: RecoveryOptions): Promise<RunningProcess> {
  const { directory, port, fleet, places, token } = options
  await mkdir(directory, { recursive: true })
  const file = join(directory, 'recovery.yml')
  const tokenFile = join(directory, 'token')
  const controlTokenFile = controlTokenFileIn(directory)
  const secret = { mode: 0o600 }
  await writeFile(tokenFile, token, secret)
  await writeFile(controlTokenFile, newToken(), secret)
  await writeFile(file, renderRecovery(fleet, { ...places, tokenFile, controlTokenFile }), secret)
  return startProcess({
    name: 'recovery',
    command: process.execPath,
    arguments: [
      main,
      `--config.file=${file}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--storage.path=${storageIn(directory)}`,
    ],
    readyUrl: `http://127.0.0.1:${port}/-/healthy`,
  })
}
