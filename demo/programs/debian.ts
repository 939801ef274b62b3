// Debian's packages, unpacked instead of installed: one folder a package in the cache.
import { execFile } from 'node:child_process'
import { access, glob, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
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
    log(`unpacking ${wanted.name} from Debian's package into ${cache}`)
    const apt = await openApt(release, join(cache, 'apt'))
    if (!apt) return undefined
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
  if (wanted.hasLibraries) await writeWrappers(root)
  return root
}

/** Beside the folders of the package, a script for each program that makes it find the libraries it came with. */
async function writeWrappers(root: string): Promise<void> {
  const libraries: string[] = []
  for await (const folder of glob('{usr/,}lib/*-linux-*', { cwd: root })) libraries.push(`$here/${folder}`)
  for await (const program of glob('usr/{bin,sbin}/*', { cwd: root })) {
    const script = [
      '#!/bin/sh',
      'here=$(dirname "$0")',
      `LD_LIBRARY_PATH="${libraries.join(':')}" exec "$here/${program}" "$@"`,
      '',
    ].join('\n')
    await writeFile(join(root, basename(program)), script, { mode: 0o755 })
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
