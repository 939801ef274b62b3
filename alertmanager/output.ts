// Puts what was rendered where Alertmanager reads it.
import { constants } from 'node:fs'
import { access, chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'

export interface Rendered {
  readonly yaml: string
  /** Definitions that the message templates use: addresses and the time zone. */
  readonly settingsTemplate: string
  readonly language: string
  /** Contents of the secret files, by their path beside alertmanager.yml. */
  readonly secrets: ReadonlyMap<string, string>
  /** Files that must exist, by the variable that names them. */
  readonly secretFiles: ReadonlyMap<string, string>
  readonly problems: readonly string[]
}

export interface Output {
  readonly write: (text: string) => void
  readonly writeError: (text: string) => void
}

/** Writes everything into `directory`, or nothing if there are problems. Resolves to the exit code. */
export async function writeRendered(
  directory: string,
  rendered: Rendered,
  { write, writeError }: Output,
): Promise<number> {
  const problems = [...rendered.problems, ...(await unreadableSecrets(rendered.secretFiles, directory))]
  if (problems.length > 0) {
    const count = `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'} in the environment`
    writeError([...problems, count, ''].join('\n'))
    return 2
  }
  for (const [path, content] of rendered.secrets) await writeSecret(join(directory, path), content)
  await writeTemplates(join(directory, 'templates'), rendered)
  await writeFile(join(directory, 'alertmanager.yml'), rendered.yaml)
  write(`wrote ${join(directory, 'alertmanager.yml')}\n`)
  return 0
}

async function writeTemplates(directory: string, rendered: Rendered): Promise<void> {
  const read = (name: string): Promise<Buffer> => readFile(join(import.meta.dirname, 'templates', name))
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, 'messages.tmpl'), await read('messages.tmpl'))
  await writeFile(join(directory, 'language.tmpl'), await read(`${rendered.language}.tmpl`))
  await writeFile(join(directory, 'settings.tmpl'), rendered.settingsTemplate)
}

async function unreadableSecrets(files: ReadonlyMap<string, string>, directory: string): Promise<string[]> {
  const checked = [...files].map(async ([variable, path]) => {
    try {
      await access(isAbsolute(path) ? path : join(directory, path), constants.R_OK)
      return []
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
      return [`${variable}: expected a readable file, got ${JSON.stringify(path)} (${code})`]
    }
  })
  return (await Promise.all(checked)).flat()
}

async function writeSecret(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeFile(path, content, { mode: 0o600 })
  // The mode of writeFile counts only for new files.
  await chmod(path, 0o600)
}
