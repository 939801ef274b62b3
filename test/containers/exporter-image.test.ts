// The exporter's image by itself, as somebody would run it who has a stack already.
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { GenericContainer, Wait, getContainerRuntimeClient } from 'testcontainers'
import type { StartedTestContainer } from 'testcontainers'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { linesOf } from '../harness/documents.ts'

const configFile = '/etc/watchpost/watchpost.yml'

const root = resolve(import.meta.dirname, '../..')

beforeAll(async () => {
  await promisify(execFile)('docker', ['compose', '--env-file', '/dev/null', 'build', 'exporter'], {
    cwd: root,
  })
})

async function start(config: string, firstLine: string | RegExp): Promise<StartedTestContainer> {
  const container = await new GenericContainer('watchpost:0.1.0')
    .withCopyContentToContainer([{ content: config, target: configFile }])
    .withDroppedCapabilities('ALL')
    .withExposedPorts(8007)
    .withWaitStrategy(Wait.forLogMessage(firstLine))
    .start()
  onTestFinished(async () => void (await container.stop()))
  return container
}

async function exitCodeOf(container: StartedTestContainer): Promise<number> {
  const { container: engine } = await getContainerRuntimeClient()
  const { StatusCode } = (await engine.getById(container.getId()).wait()) as { StatusCode: number }
  return StatusCode
}

test('a bad configuration ends the container with 2 and says what is wrong at which place', async () => {
  const config = 'services:\n  - { name: a, url: "ftp://old" }\n'
  const message = `${configFile}:2:21: services[0].url: expected an http(s) URL, got "ftp://old"`
  expect(await exitCodeOf(await start(config, message))).toBe(2)
})

test('SIGTERM to the first process of the container ends it with 0', async () => {
  const container = await start('services:\n  - { name: a, url: "http://127.0.0.1:9/" }\n', 'listening')
  const answer = await fetch(`http://${container.getHost()}:${container.getMappedPort(8007)}/metrics`)
  expect(await answer.text()).toContain('watchpost_target_up{target="a",kind="service"} 0')
  const { container: engine } = await getContainerRuntimeClient()
  await engine.getById(container.getId()).kill({ signal: 'SIGTERM' })
  expect(await exitCodeOf(container)).toBe(0)
})

test.each(linesOf('build'))('as a document has it: %s', async (line) => {
  const [program = '', ...words] = line.split(' ')
  await promisify(execFile)(program, words, { cwd: root })
  const image = words[words.indexOf('-t') + 1] ?? ''
  const { stdout } = await promisify(execFile)('docker', ['image', 'rm', image])
  expect(stdout).toContain(`Untagged: ${image}`)
})
