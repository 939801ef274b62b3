// The exporter's image by itself, as somebody would run it who has a stack already.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { GenericContainer, Wait, getContainerRuntimeClient } from 'testcontainers'
import type { StartedTestContainer } from 'testcontainers'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { requireProgram } from '../../demo/programs/find.ts'
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

describe('for a cluster', () => {
  let registry: Registry
  beforeAll(async () => {
    registry = await startRegistry()
    return registry.stop
  })

  /** As it stands, but for the registry. */
  async function run(line: string): Promise<string> {
    const here = line.replace('images.example.com', registry.host)
    const { stdout } = await promisify(execFile)('sh', ['-c', here], { cwd: root })
    return stdout
  }

  test.each(linesOf('build'))('as a document has it: %s', async (line) => {
    await run(line)
    const [, name = ''] = / -t (\S+)/.exec(line) ?? []
    expect(JSON.parse(await run(`docker image inspect ${name}`))).toHaveLength(1)
  })

  test.each(linesOf('push'))('a registry takes it: %s', async (line) => {
    const [, name = ''] = /^docker push (\S+)$/.exec(line) ?? []
    const [, digest = ''] = /digest: (sha256:\w+)/.exec(await run(line)) ?? []
    expect(await run(`docker image rm ${name}`)).toContain(`@${digest}`)
    expect(await run(`docker pull ${name}`)).toContain(`Digest: ${digest}`)
    expect(await run(`docker run --rm ${name} --help`)).toContain('usage: ')
    await run(`docker image rm ${name}`)
  })
})

interface Registry {
  readonly host: string
  readonly stop: () => Promise<void>
}

/** A real one, on any port that is free. Docker needs no TLS for what is on this machine. */
async function startRegistry(): Promise<Registry> {
  const program = await requireProgram('docker-registry', {
    log: (line) => void process.stderr.write(`${line}\n`),
  })
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-registry-'))
  const config = join(directory, 'config.yml')
  const storage = `{ filesystem: { rootdirectory: ${directory}/data } }`
  await writeFile(config, `version: 0.1\nstorage: ${storage}\nhttp: { addr: '127.0.0.1:0' }\n`)
  const child = spawn(program.path, ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'close')
  const host = await new Promise<string>((listens, fails) => {
    let log = ''
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString()
      const [, address] = /listening on (127\.0\.0\.1:\d+)/.exec(log) ?? []
      if (address !== undefined) listens(address)
    })
    child.on('exit', () => fails(new Error(`the registry ended: ${log}`)))
  })
  return {
    host,
    async stop() {
      child.kill()
      await ended
      await rm(directory, { recursive: true })
    },
  }
}
