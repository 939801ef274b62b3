import {
  access,
  link,
  mkdir,
  mkdtemp,
  realpath,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cleanupDiskSpace } from './cleanup-disk-space.ts'
import { removeOldFile, walkOldFiles } from './old-files.ts'

const now = 1_800_000_000
const old = now - 7_200

let directory: string
let root: string
beforeEach(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'watchpost-cleanup-')))
  root = join(directory, 'logs')
  await mkdir(root)
})
afterEach(() => rm(directory, { recursive: true }))

async function put(path: string, writtenAt = old): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, 'x'.repeat(100))
  await utimes(path, writtenAt, writtenAt)
  return path
}

function bind(change: object = {}) {
  const fields = { root, pattern: '*.log', older_than: '1h', ...change }
  return cleanupDiskSpace.bind(cleanupDiskSpace.fields.parse(fields))
}

const moment = () => ({ now, signal: AbortSignal.timeout(5_000), idempotencyKey: 'k' })

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

test('old files of the pattern go, in folders below as well; all else stays', async () => {
  const gone = [await put(join(root, 'a.log')), await put(join(root, 'deep/er/b.log'))]
  const kept = [
    await put(join(root, 'young.log'), now - 60),
    await put(join(root, 'data.db')),
    await put(join(directory, 'logs2/c.log')),
    await put(join(directory, 'd.log')),
  ]
  const plan = await bind().plan(moment())
  expect(plan.steps?.[0]).toBe(`remove 2 files of 200 bytes below ${root}`)
  expect(await Promise.all(gone.map(exists))).toEqual([true, true])
  const [said] = await bind().run(moment())
  expect(said).toMatch(/^removed 2 files below /)
  expect(await Promise.all(gone.map(exists))).toEqual([false, false])
  expect(await Promise.all(kept.map(exists))).toEqual([true, true, true, true])
})

test('no link leads out: neither to a folder, nor to a file, nor by a second name', async () => {
  const outside = await put(join(directory, 'outside/secret.log'))
  await symlink(dirname(outside), join(root, 'folder'))
  await symlink(outside, join(root, 'file.log'))
  await link(outside, join(root, 'second.log'))
  expect(await bind().plan(moment())).toEqual({ refusal: 'no file is old enough' })
  await expect(bind().run(moment())).rejects.toThrow('no file is old enough')
  expect(await exists(outside)).toBe(true)
})

test('a root that is a link, or below one, is refused', async () => {
  await symlink(root, join(directory, 'alias'))
  await expect(bind({ root: join(directory, 'alias') }).plan(moment())).rejects.toThrow(
    'expected a path without symbolic links',
  )
})

test('a folder that is swapped for a link on the way is not left', async () => {
  const victim = await put(join(directory, 'outside/a.log'))
  await put(join(root, 'sub/a.log'))
  for await (const file of walkOldFiles({ root, pattern: '*.log', before: now })) {
    await rename(join(root, 'sub'), join(root, 'moved'))
    await symlink(dirname(victim), join(root, 'sub'))
    expect(await removeOldFile(file)).toBe(true)
  }
  expect(await exists(victim)).toBe(true)
  expect(await exists(join(root, 'moved/a.log'))).toBe(false)
})

test('a file that was written to since it was found stays', async () => {
  const path = await put(join(root, 'a.log'))
  for await (const file of walkOldFiles({ root, pattern: '*.log', before: now })) {
    await utimes(path, now, now)
    expect(await removeOldFile(file)).toBe(false)
  }
  expect(await exists(path)).toBe(true)
})

test('the folder of a database is refused, wherever it lies below', async () => {
  await put(join(root, 'main/PG_VERSION'))
  await put(join(root, 'main/pg.log'))
  await expect(bind().run(moment())).rejects.toThrow('got that of a database')
})

test.each([
  [{ max_files: 1 }, 1],
  [{ max_bytes: 250 }, 2],
])('%j is a limit', async (change, expected) => {
  for (const name of ['a', 'b', 'c']) await put(join(root, `${name}.log`))
  const [said] = await bind(change).run(moment())
  expect(said).toContain(`removed ${expected} files`)
})
