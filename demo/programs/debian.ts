// Debian's packages, unpacked instead of installed: one folder a package in the cache.
import { execFile } from 'node:child_process'
import { access, glob, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { openApt } from './apt.ts'
import type { Apt, Release } from './apt.ts'
import type { DebianPackage } from './catalogue.ts'
import { withLock } from './lock.ts'

const execute = promisify(execFile)

export interface UnpackOptions {
  readonly cache: string
  readonly log: (line: string) => void
}

/** The folder of the unpacked package; undefined where this machine has no way to it. */
export async function unpackPackage(
  wanted: DebianPackage,
  release: Release,
  { cache, log }: UnpackOptions,
): Promise<string | undefined> {
  const folder = join(cache, 'programs', `${wanted.name}-${release}`)
  if (await exists(folder)) return folder
  await mkdir(join(cache, 'programs'), { recursive: true })
  return withLock(join(cache, 'lock'), async () => {
    // Whoever held the lock before us may have wanted the same.
    if (await exists(folder)) return folder
    const apt = await openApt(release, join(cache, 'apt'))
    if (!apt) return undefined
    log(`unpacking ${wanted.name} from Debian's package into ${cache}`)
    // Left by somebody who was killed: nobody else works here while we hold the lock.
    for await (const left of glob(join(cache, 'programs', 'draft-*'))) await rm(left, { recursive: true })
    const draft = await mkdtemp(join(cache, 'programs', 'draft-'))
    try {
      const root = await unpack(wanted, apt, draft)
      await rename(root, folder)
      return folder
    } finally {
      await rm(draft, { recursive: true, force: true })
    }
  })
}

async function unpack(wanted: DebianPackage, apt: Apt, draft: string): Promise<string> {
  const withLibraries = ['--yes', '--download-only', '--no-install-recommends', 'install', wanted.name]
  await apt(wanted.hasLibraries ? withLibraries : ['download', wanted.name], draft)
  const root = join(draft, 'root')
  for await (const file of glob(join(draft, '*.deb'))) await execute('dpkg-deb', ['-x', file, root])
  if (wanted.hasLibraries || wanted.dataFolder !== undefined) await fitPrograms(root, wanted)
  return root
}

/** Beside the folders of the package, a script for each program that starts it so that it finds what belongs to it. */
async function fitPrograms(
  root: string,
  { hasLibraries, dataFolder, programs }: DebianPackage,
): Promise<void> {
  const script = ['#!/bin/sh', 'here=$(dirname "$0")']
  if (hasLibraries) {
    const libraries: string[] = []
    for await (const folder of glob('{usr/,}lib/*-linux-*', { cwd: root })) libraries.push(`$here/${folder}`)
    script.push(`export LD_LIBRARY_PATH="${libraries.join(':')}"`)
  }
  if (dataFolder !== undefined) script.push(`exec ${dataDescriptor}<"$here${dataFolder}"`)
  for await (const program of glob(`${programs ?? '{usr/,}{bin,sbin}'}/*`, { cwd: root })) {
    if (dataFolder !== undefined) await moveDataFolder(join(root, program), dataFolder)
    const lines = [...script, `exec "$here/${program}" "$@"`, '']
    await writeFile(join(root, basename(program)), lines.join('\n'), { mode: 0o755 })
  }
}

const dataDescriptor = 9

/**
 * Where nothing is installed, a built-in path leads nowhere. It is written over, at its own length, with the path of
 * a descriptor that the script opens on the unpacked folder.
 */
async function moveDataFolder(program: string, folder: string): Promise<void> {
  const content = await readFile(program)
  const replacement = `/proc/self/fd/${dataDescriptor}`.padEnd(folder.length, '/')
  for (let at = content.indexOf(folder); at >= 0; at = content.indexOf(folder, at + folder.length)) {
    content.write(replacement, at)
  }
  await writeFile(program, content)
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
