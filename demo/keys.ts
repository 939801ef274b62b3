// The keys of the demo, in files as an operator would have them.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Authority } from './authority.ts'
import type { ServiceAccount } from './sources/service-account.ts'

export interface Trust {
  readonly account: ServiceAccount
  readonly authority: Authority
}

export interface KeyFiles {
  readonly authorityFile: string
  readonly credentialsFile: string
}

export async function writeKeys(
  folder: string,
  { account, authority }: Trust,
  sheetsUrl = '',
): Promise<KeyFiles> {
  await mkdir(folder, { recursive: true })
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text, { mode: 0o600 })
    return join(folder, name)
  }
  const credentials = JSON.stringify(account.credentials(`${sheetsUrl}/token`), undefined, 2)
  return {
    authorityFile: await write('authority.pem', authority.cert),
    credentialsFile: await write('google-credentials.json', credentials),
  }
}
