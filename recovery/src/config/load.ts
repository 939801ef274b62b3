// recovery.yml → Config, or all that is wrong with it.
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { readDocument } from '../../../exporter/src/config/document.ts'
import type { Environment } from '../../../exporter/src/config/document.ts'
import { describeIssues } from '../../../exporter/src/config/issue.ts'
import type { Finding } from '../../../exporter/src/config/issue.ts'
import type { Problem } from '../../../exporter/src/config/problem.ts'
import { nearest } from '../../../exporter/src/config/problem.ts'
import { keysAt, valueAt } from '../../../exporter/src/config/walk.ts'
import { hasTlsParameter, toldTwice } from '../../../exporter/src/schema/tls.ts'
import { explain } from '../../../exporter/src/log.ts'
import type { BoundAction } from '../actions/action.ts'
import { actions } from '../actions/index.ts'
import { isServerAddress } from '../actions/secret-url.ts'
import { modes } from './policy.ts'
import type { Mode } from './policy.ts'
import { jsonSchema, recoverySchema } from './schema.ts'
import type { Policy, Settings } from './schema.ts'

export interface Config {
  readonly settings: Settings
  readonly policies: ReadonlyMap<string, Policy>
  /** By the name of the target. */
  readonly actions: ReadonlyMap<string, BoundAction>
}

interface LoadOptions {
  readonly file: string
  readonly environment: Environment
  /** Where the journal is kept; undefined when nothing is. */
  readonly storagePath: string | undefined
}

export type LoadResult =
  | { readonly config: Config; readonly problems?: never }
  | { readonly config?: never; readonly problems: readonly Problem[] }

export async function loadConfig(options: LoadOptions): Promise<LoadResult> {
  const { file } = options
  try {
    return parseConfig({ ...options, text: await readFile(file, 'utf8') })
  } catch (error) {
    const message = `expected a configuration file, but ${explain(error)}`
    return { problems: [{ file, line: undefined, column: undefined, path: '', message }] }
  }
}

export function parseConfig(options: LoadOptions & { readonly text: string }): LoadResult {
  const { file, text, environment, storagePath } = options
  const document = readDocument({ file, text, environment, directory: dirname(resolve(file)) })
  if (document.problems.length > 0) return { problems: document.problems }
  const parsed = recoverySchema.safeParse(document.data ?? {})
  const findings = parsed.success
    ? [
        ...findDuplicates(parsed.data),
        ...findDangling(parsed.data),
        ...findTlsToldTwice(parsed.data),
        ...findLacking(parsed.data, storagePath),
      ]
    : describeIssues(parsed.error.issues, {
        value: (path) => valueAt(document.data, path),
        source: document.source,
        keys: (path) => keysAt(jsonSchema(), path),
      })
  if (findings.length > 0 || !parsed.success) {
    return { problems: findings.map(({ path, message, onKey }) => document.problem(path, message, onKey)) }
  }
  return { config: bindConfig(parsed.data) }
}

/** The mode that holds for a policy: the smaller of its own and the one above all. */
export function modeOf(settings: Settings, policy: Policy): Mode {
  return modes[Math.min(modes.indexOf(settings.mode), modes.indexOf(policy.mode))] ?? 'off'
}

function bindConfig(settings: Settings): Config {
  const bound = settings.targets.flatMap((target) => {
    const kind = actions.find(({ type }) => type === target.type)
    return kind ? [[target.name, kind.bind(target)] as const] : []
  })
  return Object.freeze({
    settings: Object.freeze(settings),
    policies: new Map(settings.policies.map((policy) => [policy.name, policy])),
    actions: new Map(bound),
  })
}

function findDuplicates({ targets, policies }: Settings): Finding[] {
  const findings: Finding[] = []
  const seen = new Map<string, string>()
  const note = (key: string, path: Finding['path'], what: string): void => {
    const first = seen.get(key)
    if (first === undefined) seen.set(key, what)
    else findings.push({ path, message: `duplicate of ${first}` })
  }
  for (const [index, policy] of policies.entries()) {
    note(`policy ${policy.name}`, ['policies', index, 'name'], `policies[${index}]`)
  }
  for (const [index, target] of targets.entries()) {
    note(`target ${target.name}`, ['targets', index, 'name'], `targets[${index}]`)
    // Two names for one thing would have two cooldowns.
    const identity = actions.find(({ type }) => type === target.type)?.bind(target).identity
    note(`identity ${identity}`, ['targets', index], `targets[${index}], which is the same thing`)
  }
  return findings
}

function findDangling(settings: Settings): Finding[] {
  const { targets, policies, maintenance } = settings
  const names = targets.map(({ name }) => name)
  const windows = maintenance.flatMap(({ targets: wanted = [] }, index) =>
    wanted.flatMap((name, place) => missing(names, name, ['maintenance', index, 'targets', place])),
  )
  return [...windows, ...policies.flatMap((policy, index) => findMismatch(targets, policy, index))]
}

function missing(names: readonly string[], wanted: string, path: Finding['path']): Finding[] {
  if (names.includes(wanted)) return []
  const meant = nearest(wanted, names)
  const hint = meant === undefined ? '' : `, did you mean ${meant}?`
  return [{ path, message: `expected one of targets, got ${JSON.stringify(wanted)}${hint}` }]
}

function findMismatch(targets: Settings['targets'], policy: Policy, index: number): Finding[] {
  const { target: wanted, action } = policy
  const target = targets.find(({ name }) => name === wanted)
  const path = ['policies', index, 'target']
  if (!target) {
    return missing(
      targets.map(({ name }) => name),
      wanted,
      path,
    )
  }
  const kind = actions.find(({ type }) => type === target.type)
  if (kind?.name === action) return []
  return [{ path, message: `expected a target for ${action}, got one for ${kind?.name}` }]
}

function findTlsToldTwice({ targets }: Settings): Finding[] {
  return targets.flatMap((target, index) =>
    isServerAddress(target) && target.tls && hasTlsParameter(target.url.reveal())
      ? [{ path: ['targets', index, 'tls'], message: toldTwice }]
      : [],
  )
}

const minTokenLength = 12

/** What must be there before anything may happen. */
function findLacking(settings: Settings, storagePath: string | undefined): Finding[] {
  const active = settings.policies.filter((policy) => modeOf(settings, policy) !== 'off')
  if (settings.mode === 'off' && active.length === 0) return []
  const needs = `mode ${settings.mode} needs`
  const lacking: [boolean, string][] = [
    [settings.token_file === undefined, 'token_file, so that nobody else can ask for actions'],
    [settings.targets.length === 0, 'targets, the list of what may be acted on'],
    [storagePath === undefined, '--storage.path, where the audit log is kept'],
    [settings.prometheus === undefined, 'prometheus, where alerts are confirmed'],
    [settings.alertmanager === undefined, 'alertmanager, where silences are looked up'],
    [
      settings.exporter === undefined && active.some(({ healthy }) => healthy.probe !== undefined),
      'exporter, because a policy names a probe',
    ],
    [
      settings.control_token_file === undefined &&
        active.some((policy) => modeOf(settings, policy) === 'approve'),
      'control_token_file, without which nobody can approve',
    ],
  ]
  const tokens = [settings.token_file, settings.control_token_file].flatMap((token) => token?.reveal() ?? [])
  if (tokens.length === 2 && tokens[0] === tokens[1]) {
    lacking.push([true, 'two different tokens: who may post alerts must not approve actions'])
  }
  if (tokens.some((token) => token.length < minTokenLength)) {
    lacking.push([
      true,
      `tokens of at least ${minTokenLength} characters, as openssl rand -hex 32 makes them`,
    ])
  }
  return lacking
    .filter(([lacks]) => lacks)
    .map(([, what]) => ({ path: ['mode'], message: `${needs} ${what}` }))
}
