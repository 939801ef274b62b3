// The flags of `npm start`.
import { parseArgs } from 'node:util'
import { nearest } from '../exporter/src/config/problem.ts'
import { parts } from './stack/parts.ts'
import type { Part } from './stack/parts.ts'
import { recoveryModes } from './stack/recovery.ts'
import type { RecoveryMode } from './stack/recovery.ts'

export interface StartOptions {
  /** 0 is any free port. */
  readonly ports: Readonly<Record<Part, number>>
  readonly fleetPorts: 'default' | 'ephemeral'
  readonly recovery: RecoveryMode
}

const defaultPorts = { exporter: 8007, prometheus: 9090, alertmanager: 9093, grafana: 3000 }
const flagNames = [...parts.map((part) => `${part}-port`), 'fleet-ports', 'recovery']

export const usage = `usage: npm start -- [flags]

  --${parts.join('-port=PORT, --')}-port=PORT
      Other ports than ${parts.map((part) => defaultPorts[part]).join(', ')}; 0 is any that is free.
  --fleet-ports=default
      ephemeral gives the demo fleet any ports that are free.
  --recovery=off
      One of ${recoveryModes.join(', ')}: whether recovery runs too, and what it may do.

What runs is there until Ctrl-C. To break and heal it: npm run demo -- status
`

/** A string is what is wrong with the flags, for a person. */
export function readOptions(argv: readonly string[]): StartOptions | string {
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(flagNames.map((name) => [name, { type: 'string' }] as const)),
    strict: false,
    tokens: true,
  })
  const ports: Record<Part, number> = { ...defaultPorts }
  let fleetPorts: StartOptions['fleetPorts'] = 'default'
  let recovery: RecoveryMode = 'off'
  for (const token of tokens) {
    if (token.kind !== 'option') return `expected flags only, got ${JSON.stringify(argv[token.index])}`
    const { name, rawName, value = '' } = token
    if (!flagNames.includes(name)) return unknownFlag(rawName)
    if (name === 'fleet-ports') {
      if (value !== 'default' && value !== 'ephemeral') {
        return `--fleet-ports expects default or ephemeral, got ${JSON.stringify(value)}`
      }
      fleetPorts = value
    } else if (name === 'recovery') {
      const mode = recoveryModes.find((known) => known === value)
      if (!mode) return `--recovery expects one of ${recoveryModes.join(', ')}, got ${JSON.stringify(value)}`
      recovery = mode
    } else {
      const port = readPort(value)
      if (port === undefined) return `${rawName} expects a port from 0 to 65535, got ${JSON.stringify(value)}`
      ports[name.replace(/-port$/, '') as Part] = port
    }
  }
  return { ports, fleetPorts, recovery }
}

function readPort(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined
}

function unknownFlag(flag: string): string {
  const meant = nearest(flag.replace(/^-+/, ''), flagNames)
  const hint =
    meant === undefined
      ? `the flags are ${flagNames.map((name) => `--${name}`).join(', ')}`
      : `did you mean --${meant}?`
  return `unknown flag ${flag}, ${hint}`
}
