// The provisioning files, key by key, against what Grafana documents for version 13, and against what Compose gives it.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { languages } from './language.ts'
import { uids } from './links.ts'
import { prometheusSource, lokiSource } from './variables.ts'

const uid = z.string().regex(/^[\w-]{1,40}$/)
const duration = z.string().regex(/^\d+(ms|s|m|h)$/)
const common = {
  name: z.string(),
  uid,
  access: z.literal('proxy'),
  orgId: z.int().optional(),
  url: z.url(),
  isDefault: z.boolean().optional(),
  editable: z.boolean(),
}

const dataSource = z.discriminatedUnion('type', [
  z.strictObject({
    ...common,
    type: z.literal('prometheus'),
    jsonData: z.strictObject({
      timeInterval: duration,
      httpMethod: z.enum(['GET', 'POST']),
      prometheusType: z.enum(['Prometheus', 'Cortex', 'Mimir', 'Thanos']),
      prometheusVersion: z.string().optional(),
      manageAlerts: z.boolean(),
      alertmanagerUid: uid,
    }),
  }),
  z.strictObject({
    ...common,
    type: z.literal('alertmanager'),
    jsonData: z.strictObject({
      implementation: z.enum(['prometheus', 'mimir', 'cortex']),
      handleGrafanaManagedAlerts: z.boolean(),
    }),
  }),
  z.strictObject({
    ...common,
    type: z.literal('loki'),
    jsonData: z.strictObject({
      maxLines: z.int().positive(),
      timeout: z.int().positive(),
      manageAlerts: z.boolean(),
      alertmanagerUid: uid,
    }),
  }),
])

const dataSources = z.strictObject({
  apiVersion: z.literal(1),
  prune: z.boolean(),
  datasources: z.array(dataSource),
})

const providers = z.strictObject({
  apiVersion: z.literal(1),
  providers: z.array(
    z.strictObject({
      name: z.string(),
      orgId: z.int().optional(),
      type: z.literal('file'),
      // A folder of its own, or one for each folder of files, but not both.
      folder: z.string(),
      folderUid: uid,
      disableDeletion: z.boolean(),
      allowUiUpdates: z.literal(false),
      updateIntervalSeconds: z.int().positive(),
      options: z.strictObject({ path: z.string().startsWith('/') }),
    }),
  ),
})

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      { readonly environment?: Readonly<Record<string, string>>; readonly volumes?: readonly string[] }
    >
  >
}

function read(path: string): Promise<string> {
  return readFile(join(import.meta.dirname, path), 'utf8')
}

/** What Compose gives Grafana, with the choice of language made. */
async function grafanaOf(language: string): Promise<Required<Compose['services'][string]>> {
  const { services } = parse(await read('../docker-compose.yml'), { merge: true }) as Compose
  const { environment = {}, volumes = [] } = services['grafana'] ?? {}
  const chosen = Object.entries(environment).map(([name, value]) => [
    name,
    value.replace('${DASHBOARD_LANGUAGE:-en}', language),
  ])
  return { environment: Object.fromEntries(chosen) as Record<string, string>, volumes }
}

/** As Grafana does with the values of its provisioning files. */
function expand(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => environment[name] ?? '')
}

test('the data sources are of the documented form, and those that the dashboards choose by default', async () => {
  const { environment } = await grafanaOf('en')
  const file: unknown = parse(expand(await read('provisioning/datasources/datasources.yml'), environment))
  const { datasources } = dataSources.parse(file)
  expect(datasources.map((source) => source.uid)).toEqual(['prometheus', 'alertmanager', 'loki'])
  expect(datasources.filter(({ isDefault }) => isDefault).map(({ type }) => type)).toEqual(['prometheus'])
  expect(datasources.every(({ editable }) => !editable)).toBe(true)
  const managers = datasources.flatMap(({ jsonData }) =>
    'alertmanagerUid' in jsonData ? [jsonData.alertmanagerUid] : [],
  )
  expect(managers).toEqual(['alertmanager', 'alertmanager'])
  const chosen = [prometheusSource, lokiSource].map((variable) => variable.build('en').build().current?.value)
  expect(chosen).toEqual(['prometheus', 'loki'])
})

test.for(languages)(
  'the dashboards in %s are where Compose puts them, and so is the home page',
  async (language) => {
    const { environment, volumes } = await grafanaOf(language)
    const file: unknown = parse(expand(await read('provisioning/dashboards/dashboards.yml'), environment))
    const [provider, ...others] = providers.parse(file).providers
    expect(others).toEqual([])
    const mounts = volumes.map((volume) => volume.split(':'))
    const [here, there] = mounts.find(([, target = ' ']) => provider?.options.path.startsWith(target)) ?? []
    const local = (path = ''): string =>
      join(import.meta.dirname, '..', path.replace(there ?? '', here ?? ''))
    const home = local(environment['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'])
    expect(existsSync(local(provider?.options.path))).toBe(true)
    expect((JSON.parse(await readFile(home, 'utf8')) as { readonly uid: string }).uid).toBe(uids.overview)
  },
)

test('the compose file gives Grafana every variable that its provisioning names', async () => {
  const files = await Promise.all(
    ['datasources/datasources.yml', 'dashboards/dashboards.yml'].map((name) => read(`provisioning/${name}`)),
  )
  const named = new Set(
    files.flatMap((file) => [...file.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name)),
  )
  const { environment } = await grafanaOf('en')
  expect(Object.keys(environment)).toEqual(expect.arrayContaining([...named]))
})

test('the interval that Grafana is told is the one at which Prometheus scrapes', async () => {
  const { environment } = await grafanaOf('en')
  const prometheus = parse(await read('../prometheus/prometheus.yml')) as {
    readonly global: { readonly scrape_interval: string }
  }
  expect(environment['SCRAPE_INTERVAL']).toBe(prometheus.global.scrape_interval)
})
