// A real systemd with polkit, in a container, and a program that stands for its systemctl.
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { waitFor } from './wait.ts'

const execute = promisify(execFile)
const image = 'watchpost-test-systemd'
const dockerfile = `FROM node:24.21.0-bookworm-slim
RUN apt-get update -qq \\
 && apt-get install -y -qq --no-install-recommends systemd systemd-sysv dbus polkitd \\
 && rm -rf /var/lib/apt/lists/* && useradd --system recovery
CMD ["/lib/systemd/systemd"]
`
const rules = join(import.meta.dirname, '../../recovery/systemd/50-watchpost-recovery.rules')

export interface Systemd {
  /** For the field of the same name: asks as the user that polkit knows. */
  readonly systemctl: string
  /** Of its port 8080. */
  readonly url: string
  /** As root; gives what it says. */
  run(...words: readonly string[]): Promise<string>
  /** A service unit of this name and these lines. */
  unit(name: string, ...lines: readonly string[]): Promise<void>
  remove(): Promise<void>
}

export async function startSystemd(): Promise<Systemd> {
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-systemd-'))
  await writeFile(join(directory, 'Dockerfile'), dockerfile)
  // The packages come by way of the machine's own network, as for the image of the exporter.
  await execute('docker', ['build', '--quiet', '--network', 'host', '--tag', image, directory])
  const name = `watchpost-systemd-${process.pid}-${Date.now()}`
  const rights = ['--cap-add', 'SYS_ADMIN', '--cgroupns', 'private', '--security-opt', 'seccomp=unconfined']
  const place = ['--tmpfs', '/run', '--tmpfs', '/tmp', '--publish', '127.0.0.1:0:8080']
  await execute('docker', ['run', '--detach', '--rm', '--name', name, ...rights, ...place, image])
  const run = async (...words: readonly string[]): Promise<string> =>
    (await execute('docker', ['exec', name, ...words])).stdout
  const remove = async (): Promise<void> => {
    await execute('docker', ['rm', '--force', name])
    await rm(directory, { recursive: true })
  }
  try {
    await execute('docker', ['cp', rules, `${name}:/etc/polkit-1/rules.d/`])
    await waitFor(
      'systemd runs',
      async () => (await run('systemctl', 'is-system-running')) === 'running\n',
      60,
    )
    const systemctl = join(directory, 'systemctl')
    await writeFile(systemctl, `#!/bin/sh\nexec docker exec --user recovery ${name} systemctl "$@"\n`)
    await chmod(systemctl, 0o755)
    const { stdout } = await execute('docker', ['port', name, '8080'])
    return {
      systemctl,
      url: `http://${stdout.split('\n')[0]}`,
      run,
      remove,
      async unit(unit, ...lines) {
        const text = ['[Service]', ...lines, ''].join('\n')
        await run('sh', '-c', `printf '%s' "$1" > /etc/systemd/system/${unit}`, 'sh', text)
        await run('systemctl', 'daemon-reload')
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}
