// How long each step to a server took, read from the events of its socket.
import type { Socket } from 'node:net'

export interface SocketTiming {
  readonly durationSeconds: number
  readonly phases: Readonly<Partial<Record<'dns' | 'connect' | 'tls' | 'processing', number>>>
}

export interface PhaseClock {
  /** The handshake of TLS is over. */
  readonly secured: () => void
  /** The answer is there. Called again it gives the same. */
  readonly stop: () => SocketTiming
}

export function startPhaseClock(socket: Socket): PhaseClock {
  const began = performance.now()
  let lookedUp: number | undefined
  let connected: number | undefined
  let secured: number | undefined
  let timing: SocketTiming | undefined
  socket.once('lookup', () => (lookedUp = performance.now()))
  socket.once('connect', () => (connected = performance.now()))
  const stop = (): SocketTiming => {
    const ended = performance.now()
    const ready = secured ?? connected
    timing ??= {
      durationSeconds: (ended - began) / 1000,
      phases: {
        ...(lookedUp !== undefined && { dns: (lookedUp - began) / 1000 }),
        ...(connected !== undefined && { connect: (connected - (lookedUp ?? began)) / 1000 }),
        ...(connected !== undefined && secured !== undefined && { tls: (secured - connected) / 1000 }),
        ...(ready !== undefined && { processing: (ended - ready) / 1000 }),
      },
    }
    return timing
  }
  return { secured: () => (secured = performance.now()), stop }
}
