// A process of its own that asks the targets with node:net and looks at nothing: less than that no prober written for
// Node.js can cost. Tells its parent, for each round that it is asked for, how much CPU it took.
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { runPaced } from '../../exporter/src/probes/pace.ts'

interface Task {
  readonly ports: readonly number[]
  readonly isKept: boolean
  readonly startsPerSecond: number
}

const request =
  'GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\nuser-agent: bare\r\nconnection: keep-alive\r\n\r\n'
const kept = new Map<number, Socket>()
const never = new AbortController().signal

async function ask(port: number, isKept: boolean): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const known = kept.get(port)
  const socket = known ?? connect({ port, host: '127.0.0.1', noDelay: true })
  if (isKept) kept.set(port, socket)
  // An answer of the targets comes in one piece.
  socket.once('data', () => resolve()).once('error', reject)
  if (known) socket.write(request)
  else socket.once('connect', () => socket.write(request))
  await promise
  socket.off('error', reject)
  if (!isKept) socket.destroy()
}

async function runRound({ ports, isKept, startsPerSecond }: Task): Promise<number> {
  const before = process.cpuUsage()
  await runPaced(ports, (port) => ask(port, isKept), { signal: never, startsPerSecond })
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

process.on('message', (task: Task) => {
  void runRound(task).then((cpuSeconds) => process.send?.(cpuSeconds))
})
process.once('disconnect', () => process.exit())
