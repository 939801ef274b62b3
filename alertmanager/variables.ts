// Reads the ALERT_* variables, and gathers everything that is wrong with them.
import { join } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

export interface Variables {
  text(name: string): string | undefined
  /** The value, or a problem that says who needs it. */
  required(name: string, needer: string): string
  /** The address as it is to be written; a problem if it is none. */
  url(name: string): string | undefined
  choice(name: string, choices: readonly string[]): string | undefined
  list(name: string): readonly string[]
  /**
   * The path of a file that holds the secret: the one `NAME_FILE` names, or one to be written from `NAME`.
   * A secret never stands in alertmanager.yml itself, which people paste into chats.
   */
  secretFile(name: string, options?: SecretOptions): string | undefined
  problem(message: string): void
  /** All that is wrong so far, each once. */
  problems(): readonly string[]
  /** The content of each secret that was given inline, by the path it is to be written to. */
  readonly secrets: ReadonlyMap<string, string>
  /** The variable that names each secret file that must exist already. */
  readonly secretFiles: ReadonlyMap<string, string>
}

export interface SecretOptions {
  readonly neededBy?: string
  readonly isUrl?: boolean
}

export function readVariables(environment: Environment, directory: string): Variables {
  const problems = new Set<string>()
  const text = (name: string): string | undefined => environment[name]?.trim() || undefined
  const problem = (message: string): void => void problems.add(message)
  const secrets = createSecrets({ text, problem, directory })

  function required(name: string, needer: string): string {
    const value = text(name)
    if (value === undefined) problem(`${name}: expected a value, because ${needer} needs it`)
    return value ?? ''
  }
  function url(name: string): string | undefined {
    const value = text(name)
    if (value === undefined || isHttpUrl(value)) return value
    problem(`${name}: expected an http(s) URL`)
    return undefined
  }
  function choice(name: string, choices: readonly string[]): string | undefined {
    const value = text(name)
    if (value === undefined || choices.includes(value)) return value
    problem(`${name}: expected one of ${choices.join(', ')}, got ${JSON.stringify(value)}`)
    return undefined
  }
  function list(name: string): readonly string[] {
    const parts = (text(name) ?? '').split(',').map((part) => part.trim())
    return [...new Set(parts.filter((part) => part !== ''))]
  }
  return { text, required, url, choice, list, ...secrets, problem, problems: () => [...problems] }
}

type Secrets = Pick<Variables, 'secretFile' | 'secrets' | 'secretFiles'>
type Source = Pick<Variables, 'text' | 'problem'> & { readonly directory: string }

function createSecrets({ text, problem, directory }: Source): Secrets {
  const secrets = new Map<string, string>()
  const secretFiles = new Map<string, string>()
  function secretFile(name: string, { neededBy, isUrl = false }: SecretOptions = {}): string | undefined {
    const inline = text(name)
    const file = text(`${name}_FILE`)
    if (inline !== undefined && file !== undefined) {
      problem(`${name}: expected either this or ${name}_FILE, got both`)
    }
    if (file !== undefined) {
      secretFiles.set(`${name}_FILE`, file)
      return file
    }
    if (inline === undefined) {
      const wanted = `a value, or a file in ${name}_FILE`
      if (neededBy) problem(`${name}: expected ${wanted}, because ${neededBy} needs it`)
      return undefined
    }
    if (isUrl && !isHttpUrl(inline)) problem(`${name}: expected an http(s) URL`)
    const path = `secrets/${name.replace(/^ALERT_/, '').toLowerCase()}`
    secrets.set(path, inline)
    return join(directory, path)
  }
  return { secretFile, secrets, secretFiles }
}

export function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
}
