// restart_service of a container on a real engine.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { freePort } from '../../../../demo/programs/ports.ts'
import { waitFor } from '../../../harness/wait.ts'
import { service } from './fault.ts'
import type { Fault } from './fault.ts'

const execute = promisify(execFile)

export const nodeImage = process.env['PROOF_IMAGE'] ?? 'node:24.21.0-bookworm-slim'

/** False where there is no engine, or none that can get the image. */
export async function hasImage(image: string): Promise<boolean> {
  for (const words of [
    ['image', 'inspect', image],
    ['pull', '--quiet', image],
  ]) {
    const isThere = await execute('docker', words).then(
      () => true,
      () => false,
    )
    if (isThere) return true
  }
  return false
}

/** A program whose state goes bad, in a container. */
export async function brokenContainer(target: string): Promise<Fault | undefined> {
  const image = nodeImage
  if (!(await hasImage(image))) return undefined
  const name = `watchpost-proof-${target}-${process.pid}`
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const program = `let code = 200
    require('http').createServer((request, response) => {
      if (request.method === 'POST') code = 503
      response.writeHead(code).end('{}')
    }).listen(8080)`
  const run = ['run', '--detach', '--name', name, '--init', '--publish', `127.0.0.1:${port}:8080`]
  await execute('docker', [...run, '--entrypoint', 'node', image, '-e', program])
  await waitFor('the container answers', async () => (await fetch(`${url}/health`)).ok)
  return {
    name: target,
    action: 'restart_service',
    target: { type: 'docker', container: name, stop_timeout: '2s' },
    ...service(target, url),
    breakIt: async () => void (await fetch(url, { method: 'POST' })),
    stopOnPurpose: async () => void (await execute('docker', ['stop', '--time', '2', name])),
    startAgain: async () => void (await execute('docker', ['start', name])),
    isStopped: async () => {
      const { stdout } = await execute('docker', ['inspect', '--format', '{{.State.Status}}', name])
      return stdout.trim() === 'exited'
    },
    remove: async () => void (await execute('docker', ['rm', '--force', name])),
  }
}
