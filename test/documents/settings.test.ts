// The settings that the documents give for .env do what they say, with those of .env.example for what they leave open.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { requireProgram } from '../../demo/programs/find.ts'
import { documents, linesOf } from '../harness/documents.ts'

const execute = promisify(execFile)
const files = documents.map(({ file }) => file).filter((file) => linesOf('setting', file).length > 0)

const settingsIn = (lines: readonly string[]): [name: string, value: string][] =>
  lines.flatMap((line) => {
    const [, name, value] = /^#?(ALERT_[A-Z_]+)=(.+)$/.exec(line) ?? []
    return name === undefined || value === undefined ? [] : [[name, value]]
  })

test.each(files)('Alertmanager takes the settings of %s', async (file) => {
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-settings-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const given = settingsIn(linesOf('setting', file))
  expect(given).toHaveLength(linesOf('setting', file).length)
  const secretNames = [...(await readFile('secrets/README.md', 'utf8')).matchAll(/`(alert_\w+)`/g)]
  const example = settingsIn((await readFile('.env.example', 'utf8')).split('\n'))
  const known = new Set(
    [...example, ...secretNames.map(([, name = '']) => [name.toUpperCase()])].map(([name]) => name),
  )
  expect(given.filter(([name]) => !known.has(name))).toEqual([])
  // Secrets are no settings of that file.
  const secrets = { ALERT_EMAIL_PASSWORD: 'secret', ALERT_WEBHOOK_URL: 'https://example.com/secret' }
  const env = { PATH: process.env['PATH'], ...secrets, ...Object.fromEntries([...example, ...given]) }
  await execute(process.execPath, ['alertmanager/render.ts', `--output=${directory}`], { env })
  const amtool = await requireProgram('amtool', { log: () => {} })
  const config = join(directory, 'alertmanager.yml')
  const { stdout } = await execute(amtool.path, ['check-config', config])
  expect(stdout).toContain('SUCCESS')
  const { receivers } = parse(await readFile(config, 'utf8')) as { readonly receivers: readonly object[] }
  const kinds = new Set(receivers.flatMap((receiver) => Object.keys(receiver)))
  const channels = given.flatMap(([name, value]) => (name === 'ALERT_CHANNELS' ? value.split(',') : []))
  for (const channel of channels) expect(kinds).toContain(`${channel}_configs`)
})
