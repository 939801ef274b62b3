// A program on PATH, else out of Debian's package, else a sentence that says what to install.
import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import type { Release } from './apt.ts'
import { cacheDirectory } from './cache.ts'
import type { Environment } from './cache.ts'
import { origins } from './catalogue.ts'
import type { Origin, ProgramName } from './catalogue.ts'
import { unpackPackage } from './debian.ts'

const execute = promisify(execFile)

export interface Program {
  readonly name: ProgramName
  readonly path: string
  readonly version: string
}

export interface FindOptions {
  /** Told what takes time and what was passed over. */
  readonly log: (line: string) => void
  readonly environment?: Environment
}

/** Fails with what to install, and with why it could not be taken from a package. */
export async function requireProgram(name: ProgramName, options: FindOptions): Promise<Program> {
  const passedOver: string[] = []
  const log = (line: string): void => {
    passedOver.push(line)
    options.log(line)
  }
  const program = await findProgram(name, { ...options, log })
  if (!program) throw new Error([describeMissing(name), ...passedOver].join('\n'))
  return program
}

/** Only what has really started here is given. */
export async function findProgram(name: ProgramName, options: FindOptions): Promise<Program | undefined> {
  const origin = origins[name]
  let old: Program | undefined
  for (const look of [findOnPath, ...releasesFor(origin).map(lookInRelease)]) {
    const program = await look(name, options)
    if (program && isNewEnough(program, origin)) return program
    old ??= program
  }
  if (old)
    options.log(`${name} ${old.version} is used, though ${origin.minimumVersion ?? ''} or newer is better`)
  return old
}

export function describeMissing(name: ProgramName): string {
  const { title, commands, minimumVersion, debian } = origins[name]
  const version = minimumVersion === undefined ? '' : ` ${minimumVersion} or newer`
  const hint = debian ? `, on Debian and Ubuntu with: apt-get install ${debian.name}` : ''
  return `${name} was not found: install ${title}${version} so that ${commands[0] ?? name} is on PATH${hint}`
}

/** Compares numbers dot by dot; what a version does not say counts as 0. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [have, want] = [version, minimum].map((text) => text.split('.').map(Number))
  for (const [index, wanted] of (want ?? []).entries()) {
    const difference = (have?.[index] ?? 0) - wanted
    if (difference !== 0) return difference > 0
  }
  return true
}

function isNewEnough(program: Program, { minimumVersion }: Origin): boolean {
  return minimumVersion === undefined || isAtLeast(program.version, minimumVersion)
}

type Look = (name: ProgramName, options: FindOptions) => Promise<Program | undefined>

async function findOnPath(
  name: ProgramName,
  { environment = process.env }: FindOptions,
): Promise<Program | undefined> {
  // Servers are put where the PATH of an ordinary user does not look.
  const folders = [...(environment['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin']
  return startFirst(name, folders)
}

function releasesFor({ debian }: Origin): readonly Release[] {
  if (!debian) return []
  // Programs with libraries fit the release that they were built for; the others run on most machines.
  return debian.hasLibraries ? ['own'] : ['newest', 'own']
}

function lookInRelease(release: Release): Look {
  return async (name, { log, environment = process.env }) => {
    const { debian } = origins[name]
    if (!debian) return undefined
    try {
      const folder = await unpackPackage(debian, release, { cache: cacheDirectory(environment), log })
      if (folder === undefined) return undefined
      return await startFirst(
        name,
        ['.', 'usr/bin', 'usr/sbin'].map((part) => join(folder, part)),
      )
    } catch (error) {
      log(`${name}: no package from the ${release} release: ${explain(error)}`)
      return undefined
    }
  }
}

async function startFirst(name: ProgramName, folders: readonly string[]): Promise<Program | undefined> {
  const { commands, versionFlags = ['--version'] } = origins[name]
  for (const folder of folders.filter(Boolean)) {
    for (const command of commands) {
      const path = join(folder, command)
      const version = await askVersion(path, versionFlags)
      if (version !== undefined) return { name, path, version }
    }
  }
  return undefined
}

/** Undefined for what is not there or cannot run here: built for a newer libc, say. */
async function askVersion(path: string, flags: readonly string[]): Promise<string | undefined> {
  try {
    await access(path, constants.X_OK)
    const { stdout, stderr } = await execute(path, flags, { timeout: 20_000 })
    return /\d+\.\d+(?:\.\d+)*/.exec(stdout + stderr)?.[0] ?? 'unknown'
  } catch {
    return undefined
  }
}

/** The last words of apt, or why it could not be started. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const said = 'stderr' in error ? String(error.stderr).trim() : ''
  if (said !== '') return said.split('\n').at(-1) ?? ''
  const isRefused = 'code' in error && /^(?:EACCES|EROFS)$/.test(String(error.code))
  return isRefused ? `${error.message}; XDG_CACHE_HOME names another folder for it` : error.message
}
