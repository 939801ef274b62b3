// A port at which SYN packets are dropped: it listens, nobody ever accepts, and the queue for that is full.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

/** The thread that would accept waits for ever, so another process is needed. */
const listener = `
const server = require('net').createServer()
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  process.stdout.write(server.address().port + '\\n', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
})`

/** The port, closed when the test ends. */
export async function dropSyns(): Promise<number> {
  const child = spawn(process.execPath, ['-e', listener], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const port = Number(line)
  while (await isAnswered(port));
  return port
}

/** On loopback an answer comes at once or never; what was answered keeps its place in the queue. */
async function isAnswered(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  return once(socket, 'connect', { signal: AbortSignal.timeout(500) }).then(
    () => true,
    () => false,
  )
}
