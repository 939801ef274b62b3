// Keeps a text on disk so that after a crash at any moment the last text written is there, or the one before.
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export interface StateFile {
  /** The newest text that `parse` accepts; undefined when there is none. Throws when there are only damaged ones. */
  load<T>(parse: (text: string) => T): Promise<T | undefined>
  save(text: string): Promise<void>
}

export function openStateFile(directory: string, name: string): StateFile {
  // Any name makes a file name: what is special in a path is escaped.
  const path = join(directory, `${encodeURIComponent(name).replaceAll('*', '%2A')}.json`)
  const previous = `${path}.previous`
  const draft = `${path}.draft`

  async function load<T>(parse: (text: string) => T): Promise<T | undefined> {
    let damage: unknown
    for (const candidate of [path, previous]) {
      try {
        return parse(await readFile(candidate, 'utf8'))
      } catch (error) {
        if (!isMissing(error)) damage ??= error
      }
    }
    if (damage !== undefined) throw new Error(`state file ${path} cannot be read`, { cause: damage })
    return undefined
  }

  async function save(text: string): Promise<void> {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    try {
      await writeDurably(draft, text)
      await rename(path, previous).catch(ignoreMissing)
      await rename(draft, path)
      await syncDirectory(dirname(path))
    } catch (error) {
      // On a full disk half a draft is in the way.
      await rm(draft, { force: true }).catch(() => {})
      throw error
    }
  }
  return { load, save }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const handle = await open(path, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A rename is on disk when its directory is. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error
}
