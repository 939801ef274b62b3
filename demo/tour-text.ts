// How the tour shows what it is told.
import type { Message } from './inbox.ts'

export type Services = Readonly<
  Record<string, { readonly status: string; readonly reason: string; readonly detail: string | null }>
>

export interface Diagnoses {
  readonly diagnoses: readonly Diagnosis[]
}

interface Diagnosis {
  readonly target: string
  readonly summary: string
  readonly possible_causes: readonly string[]
  readonly suggested_actions: readonly { readonly purpose: string; readonly command?: string | null }[]
}

export function describeServices(services: Services): string {
  const lines = Object.entries(services).map(([name, { status, reason, detail }]) =>
    [name.padEnd(16), status.padEnd(8), reason === 'none' ? '' : reason, detail ?? ''].join(' ').trimEnd(),
  )
  return indent(lines)
}

const annotations = ['summary', 'description', 'possible_causes', 'suggested_actions'] as const

export function describeMessage(message: Message): string {
  const { alertname = '', target = '', severity = '' } = message.labels
  const head = `${message.status.toUpperCase()} ${alertname} ${target} (${severity})`
  if (message.status === 'resolved') return indent([head])
  const lines = annotations.map((name) => `${name.replace('_', ' ')}: ${message.annotations[name] ?? ''}`)
  return indent([head, ...lines])
}

export function describeDiagnosis(diagnosis: Diagnosis): string {
  return indent([
    diagnosis.summary,
    ...diagnosis.possible_causes.map((cause) => `possible cause: ${cause}`),
    ...diagnosis.suggested_actions.map(({ purpose, command }) =>
      command ? `${purpose}: ${command}` : purpose,
    ),
  ])
}

export function indent(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n')
}
