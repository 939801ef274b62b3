import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { prometheusSource, lokiSource } from './variables.ts'

interface DataSources {
  readonly datasources: readonly { readonly uid: string; readonly editable: boolean }[]
}

interface Compose {
  readonly services: Readonly<Record<string, { readonly environment?: Readonly<Record<string, string>> }>>
}

function read(path: string): Promise<string> {
  return readFile(join(import.meta.dirname, path), 'utf8')
}

test('the data sources are those that the dashboards choose by default, and cannot be changed', async () => {
  const { datasources } = parse(await read('provisioning/datasources/datasources.yml')) as DataSources
  expect(datasources.map(({ uid }) => uid)).toEqual(['prometheus', 'alertmanager', 'loki'])
  expect(datasources.every(({ editable }) => !editable)).toBe(true)
  const chosen = [prometheusSource, lokiSource].map((variable) => variable.build('en').build().current?.value)
  expect(chosen).toEqual(['prometheus', 'loki'])
})

test('the compose file gives Grafana every variable that its provisioning names', async () => {
  const files = await Promise.all(
    ['datasources/datasources.yml', 'dashboards/dashboards.yml'].map((name) => read(`provisioning/${name}`)),
  )
  const named = new Set(
    files.flatMap((file) => [...file.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name)),
  )
  const { services } = parse(await read('../docker-compose.yml'), { merge: true }) as Compose
  const given = Object.keys(services['grafana']?.environment ?? {})
  expect(given).toEqual(expect.arrayContaining([...named]))
})
