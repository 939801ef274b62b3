// A child that must not outlive us, even when we are killed without a chance to end it.
import { spawnSync } from 'node:child_process'

let isKnown: boolean | undefined

/** Where the machine has setpriv(1), the kernel sends `signal` to the command when we are gone. */
export function withDeathSignal(signal: 'INT' | 'KILL', command: readonly string[]): [string, ...string[]] {
  isKnown ??= spawnSync('setpriv', ['--pdeathsig', 'KILL', '--', 'true']).status === 0
  const [file = '', ...rest] = command
  return isKnown ? ['setpriv', '--pdeathsig', signal, '--', file, ...rest] : [file, ...rest]
}
