// Certificates as files, for programs that read them from there.
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Identity } from '../../demo/certificate.ts'
import { findBinaries } from '../../demo/database/binaries.ts'

export interface IdentityFiles {
  /** Writes both files of `identity`, or writes them over. */
  write(name: string, identity: Identity): Promise<{ readonly cert: string; readonly key: string }>
  writeText(name: string, text: string): Promise<string>
  remove(): Promise<void>
}

/** In a folder where the account of Postgres can read, and nobody else the keys: it refuses others. */
export async function createIdentityFiles(): Promise<IdentityFiles> {
  const { account } = await findBinaries()
  const folder = await mkdtemp(join(tmpdir(), 'watchpost-identity-'))
  await chmod(folder, 0o755)

  async function put(name: string, text: string, mode: number): Promise<string> {
    const path = join(folder, name)
    await writeFile(path, text, { mode })
    if (account.uid !== undefined && account.gid !== undefined) await chown(path, account.uid, account.gid)
    return path
  }
  return {
    write: async (name, { cert, key }) => ({
      cert: await put(`${name}.crt`, cert, 0o644),
      key: await put(`${name}.key`, key, 0o600),
    }),
    writeText: (name, text) => put(name, text, 0o644),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
