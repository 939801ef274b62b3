// The manifests as they lie there, held against the schemas of Kubernetes and of prometheus-operator.
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { AlertmanagerConfig } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1alpha1'
import type { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1'
import type { StatefulSet } from 'kubernetes-models/apps/v1'
import type { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import type { Service } from 'kubernetes-models/v1'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parse, parseAllDocuments, stringify } from 'yaml'
import { inhibitRules } from '../alertmanager/inhibitions.ts'
import { requireProgram } from '../demo/programs/find.ts'
import { readRuleFiles } from '../prometheus/rules.ts'
import { findMistake } from '../test/harness/cluster/fields.ts'
import { groupVersionOf, kinds } from '../test/harness/cluster/kinds.ts'
import { leftOut } from './rules.ts'

const root = join(import.meta.dirname, '..')
const generated = join(import.meta.dirname, 'generated')
const example = join(root, 'examples/kubernetes')

interface Manifest {
  readonly file: string
  readonly kind: string
  readonly apiVersion: string
  readonly metadata: {
    readonly name: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec?: unknown
  readonly data?: Readonly<Record<string, string>>
}

async function readManifests(path: string): Promise<Manifest[]> {
  const documents = parseAllDocuments(await readFile(path, 'utf8'))
  return documents.map((document) => ({ file: path, ...(document.toJS() as Omit<Manifest, 'file'>) }))
}

const files = (await readdir(generated)).filter((name) => name !== 'kustomization.yml').toSorted()
const paths = [...files.map((name) => join(generated, name)), join(example, 'namespace.yml')]
const manifests = (await Promise.all(paths.map(readManifests))).flat()

function mistakeOf({ file: _, ...manifest }: Manifest): string | undefined {
  const known = kinds.find((one) => `${groupVersionOf(one)} ${one.kind}` === titleOf(manifest))
  return known ? findMistake(known, manifest) : 'its kind is not known'
}

const titleOf = ({ apiVersion, kind }: Omit<Manifest, 'file'>): string => `${apiVersion} ${kind}`

const titled = manifests.map(
  (manifest) => [manifest.file.split('/').at(-1), manifest.kind, manifest.metadata.name, manifest] as const,
)

test.each(titled)('%s: %s %s keeps to its schema', (_file, _kind, _name, manifest) => {
  expect(mistakeOf(manifest)).toBeUndefined()
})

test('each kind that is promised is there', () => {
  // These are made by whoever applies the manifests, and by the cluster.
  const others = new Set(['PersistentVolumeClaim', 'Pod', 'Secret'])
  const promised = kinds
    .filter(({ kind }) => !others.has(kind))
    .map((one) => `${groupVersionOf(one)} ${one.kind}`)
  expect(new Set(manifests.map(titleOf))).toEqual(new Set(promised))
})

test.each([
  ['ServiceMonitor', ['spec', 'endpoints', 0, 'interval'], '15', /interval must match pattern/],
  ['PrometheusRule', ['spec', 'groups', 0, 'rules', 0, 'expr'], undefined, /required property expr/],
  ['StatefulSet', ['spec', 'replicas'], 'one', /replicas must be integer/],
  ['AlertmanagerConfig', ['spec', 'inhibitRules', 0, 'sourceMatch', 0, 'matchType'], '==', /matchType/],
  [
    'PrometheusRule',
    ['spec', 'groups', 0, 'rules', 0, 'fro'],
    '1m',
    /unknown field "spec\.groups\.0\.rules\.0\.fro"/,
  ],
] as const)('a %s with a mistake does not: %j', (kind, path, wrong, problem) => {
  const broken = structuredClone(manifests.find((manifest) => manifest.kind === kind)) as Manifest
  const owner = path.slice(0, -1).reduce<unknown>((value, key) => (value as never)[key], broken)
  Object.assign(owner as object, { [String(path.at(-1))]: wrong })
  expect(mistakeOf(JSON.parse(JSON.stringify(broken)) as Manifest)).toMatch(problem)
})

// `kubectl apply` keeps what it applied in an annotation, and all annotations together are limited.
test('each resource is small enough to be applied from a file', () => {
  const sizes = manifests.map(
    (manifest) => [manifest.metadata.name, JSON.stringify(manifest).length] as const,
  )
  expect(sizes.filter(([, size]) => size > 250_000)).toEqual([])
})

test('the rules are those of prometheus/rules, but for what watches Prometheus and Alertmanager', async () => {
  const written = await readRuleFiles(join(root, 'prometheus/rules'))
  const expected = written.map(({ concern, groups }) => ({
    name: `watchpost-${concern}`,
    groups: groups.filter(({ name }) => !leftOut.has(name)),
  }))
  const found = manifests
    .filter(({ kind }) => kind === 'PrometheusRule')
    .map(({ metadata, spec }) => ({ name: metadata.name, groups: (spec as { groups: unknown }).groups }))
  expect(found).toEqual(expected)
  const all = written.flatMap(({ groups }) => groups.map(({ name }) => name))
  expect(all.filter((name) => leftOut.has(name))).toEqual(['prometheus', 'alertmanager'])
})

test.each(['en', 'zh-TW'])('the dashboards in %s are those of grafana/generated', async (language) => {
  const folder = join(root, 'grafana/generated', language)
  const maps = manifests.filter(({ file }) => file.endsWith(`dashboards-${language}.yml`))
  expect(maps.every(({ metadata }) => metadata.labels?.['grafana_dashboard'] === '1')).toBe(true)
  const found = maps.flatMap(({ data }) => Object.entries(data ?? {}))
  const names = (await readdir(folder)).toSorted()
  expect(found.map(([name]) => name).toSorted()).toEqual(names.map((name) => `watchpost-${name}`))
  for (const [name, text] of found) {
    const original = await readFile(join(folder, name.replace('watchpost-', '')), 'utf8')
    expect(text).toBe(original)
  }
})

describe('the pod', () => {
  const { template, selector } = specOf('StatefulSet') as Filled<StatefulSet>
  const pod = template.spec
  const [container] = pod?.containers ?? []

  test('has no right that it does not need', () => {
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      },
    })
    expect(container?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect(manifests.filter(({ kind }) => /Role/.test(kind))).toEqual([])
  })

  test('is started as the image is', async () => {
    const dockerfile = await readFile(join(root, 'exporter/Dockerfile'), 'utf8')
    const command = /^CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? ''
    expect(container?.args).toEqual(JSON.parse(command))
    // examples/kubernetes/README.md replaces it by its place.
    expect(container?.env?.[1]).toEqual({ name: 'WATCHPOST_SHARD', value: '$(SHARD)/1' })
    expect(dockerfile).toContain(`USER ${pod?.securityContext?.runAsUser}:`)
  })

  const service = specOf('Service') as Filled<Service>

  test('is found by its set, its service and its network policy', () => {
    const policy = specOf('NetworkPolicy') as Filled<NetworkPolicy>
    expect(template.metadata?.labels).toMatchObject(selector.matchLabels ?? {})
    expect(template.metadata?.labels).toMatchObject(service.selector ?? {})
    expect(template.metadata?.labels).toMatchObject(policy.podSelector?.matchLabels ?? {})
    expect(container?.ports?.map(({ name }) => name)).toEqual(service.ports?.map(({ name }) => name))
  })

  test('is scraped as the job that the rules know', () => {
    const monitor = specOf('ServiceMonitor') as Filled<ServiceMonitor>
    const labels = manifests.find(({ kind }) => kind === 'Service')?.metadata.labels
    expect(labels).toMatchObject(monitor.selector.matchLabels ?? {})
    expect(labels?.[String(monitor.jobLabel)]).toBe('watchpost')
    expect(monitor.endpoints.map(({ port }) => port)).toEqual(service.ports?.map(({ name }) => name))
  })

  test('has the labels of a plain Prometheus, whatever the operator adds', async () => {
    const monitor = specOf('ServiceMonitor') as Filled<ServiceMonitor>
    const added = {
      namespace: 'w',
      pod: 'watchpost-1',
      container: 'exporter',
      service: 'watchpost',
      endpoint: 'http',
    }
    const found = { __meta_kubernetes_pod_name: 'watchpost-1', job: 'watchpost', ...added }
    const labels = await relabel(found, monitor.endpoints[0]?.relabelings ?? [])
    const kept = Object.entries(labels).filter(([name]) => !name.startsWith('__'))
    expect(Object.fromEntries(kept)).toEqual({ job: 'watchpost', instance: 'watchpost-1' })
  }, 180_000)
})

type Relabelings = NonNullable<Filled<ServiceMonitor>['endpoints'][number]['relabelings']>

/** As Prometheus does it: the operator writes the fields in snake_case, and otherwise as they are. */
async function relabel(
  labels: Readonly<Record<string, string>>,
  relabelings: Relabelings,
): Promise<Readonly<Record<string, string>>> {
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-relabel-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const file = join(directory, 'prometheus.yml')
  const job = {
    job_name: 'pods',
    static_configs: [{ targets: ['10.0.0.7:8007'], labels }],
    relabel_configs: relabelings.map(({ sourceLabels, targetLabel, action, regex }) => ({
      ...(sourceLabels && { source_labels: sourceLabels, target_label: targetLabel }),
      ...(action && { action, regex }),
    })),
  }
  await writeFile(file, stringify({ scrape_configs: [job] }))
  const promtool = await requireProgram('promtool', { log: () => {} })
  // It waits for targets for as long as it is allowed to.
  const flags = ['check', 'service-discovery', '--timeout=1s', file, 'pods']
  const { stdout } = await promisify(execFile)(promtool.path, flags)
  const [target] = JSON.parse(stdout) as { readonly labels: Readonly<Record<string, string>> }[]
  return target?.labels ?? {}
}

type Filled<M extends { spec?: unknown }> = NonNullable<M['spec']>

function specOf(kind: string): unknown {
  return manifests.find((manifest) => manifest.kind === kind)?.spec
}

test('every alert that holds back another does so in the AlertmanagerConfig, too', () => {
  const spec = specOf('AlertmanagerConfig') as AlertmanagerConfig['spec']
  expect(spec?.inhibitRules).toHaveLength(inhibitRules.length)
  const [blind] = spec?.inhibitRules ?? []
  expect(blind?.sourceMatch).toEqual([{ name: 'alertname', matchType: '=', value: 'WatchpostBlind' }])
  const receivers = new Set(spec?.receivers?.map(({ name }) => name))
  const named = [...JSON.stringify(spec?.route).matchAll(/"receiver":"(.*?)"/g)].map(([, name = '']) => name)
  expect(named.filter((name) => !receivers.has(name))).toEqual([])
})

test('kustomize is given files that are there', async () => {
  const read = async (path: string) =>
    parse(await readFile(path, 'utf8')) as {
      readonly resources: readonly string[]
      readonly configMapGenerator?: readonly { readonly files: readonly string[] }[]
    }
  const inner = await read(join(generated, 'kustomization.yml'))
  expect(inner.resources.filter((file) => !files.includes(file))).toEqual([])
  const outer = await read(join(example, 'kustomization.yml'))
  expect(outer.resources).toEqual(['namespace.yml', '../../kubernetes/generated'])
  for (const file of outer.configMapGenerator?.flatMap((map) => map.files) ?? []) {
    expect(await readFile(join(example, file), 'utf8')).not.toBe('')
  }
})
