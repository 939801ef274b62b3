// watchpost.yml for a running fleet.
import { stringify } from 'yaml'
import * as catalogue from './catalogue.ts'
import { renderDataSources } from './config-sources.ts'
import { renderTasks } from './config-tasks.ts'
import type { Fleet } from './fleet.ts'

interface Target {
  readonly name: string
}

/** Sections of targets that services may depend on. A new section is a function here or below. */
const targetSections: Readonly<Record<string, (fleet: Fleet) => readonly Target[]>> = {
  databases: ({ databaseUrl, standbyUrl, cacheUrl }) => [
    { name: catalogue.databaseName, url: databaseUrl },
    ...(standbyUrl === undefined
      ? []
      : [{ name: catalogue.standbyName, url: standbyUrl, depends_on: [catalogue.databaseName] }]),
    ...(cacheUrl === undefined ? [] : [{ name: catalogue.cacheName, kind: 'redis', url: cacheUrl }]),
  ],
  data_sources: renderDataSources,
}

const otherSections: Readonly<Record<string, (fleet: Fleet) => unknown>> = {
  statistics: () => [
    {
      name: 'kols',
      help: 'KOLs by state.',
      database: catalogue.databaseName,
      query: 'SELECT state, count(*) AS value FROM kols GROUP BY state',
    },
    {
      name: 'posts',
      help: 'Posts by state.',
      database: catalogue.databaseName,
      query: 'SELECT state, count(*) AS value FROM posts GROUP BY state',
    },
    {
      name: 'publish_success_ratio',
      help: 'Share of the posts that were to be published that were.',
      database: catalogue.databaseName,
      query: `SELECT count(*) FILTER (WHERE state = 'published')::float8 / nullif(count(*), 0) AS value
        FROM posts WHERE state IN ('published', 'failed')`,
    },
    {
      name: 'last_post',
      help: 'When a post was last published.',
      database: catalogue.databaseName,
      type: 'timestamp',
      query: 'SELECT max(published_at) AS value FROM posts',
    },
    {
      name: 'posts_written',
      help: 'Posts that were ever written.',
      database: catalogue.databaseName,
      type: 'counter',
      query: 'SELECT max(id) AS value FROM posts',
    },
    {
      name: 'publish_delay',
      help: 'Seconds from the draft of a post to its publication, of the last day.',
      database: catalogue.databaseName,
      type: 'histogram',
      buckets: [30, 60, 120, 300, 900, 3600],
      query: `SELECT extract(epoch FROM published_at - created_at) AS value
        FROM posts WHERE published_at > now() - interval '1 day'`,
    },
  ],
  tasks: renderTasks,
  connectivity: ({ networkAnchor }) => ({ anchors: [networkAnchor] }),
  host: ({ diskPath }) => ({ filesystems: ['/', diskPath] }),
  containers: ({ engineUrl }) => ({ docker: engineUrl }),
}

/** Where the programs behind the exporter will be; known before they run. */
export interface Upstream {
  readonly prometheus?: string
  readonly alertmanager?: string
}

export function renderConfig(fleet: Fleet, upstream: Upstream = {}): string {
  const targets = Object.entries(targetSections).map(([key, render]) => [key, render(fleet)] as const)
  const others = Object.entries(otherSections).map(([key, render]) => [key, render(fleet)] as const)
  const declared = targets.flatMap(([, entries]) => entries.map(({ name }) => name))
  const document = {
    global: { timeout: '5s' },
    thresholds: {
      cpu: '80%',
      memory: '80%',
      disk: '90%',
      response_time: '1s',
      error_rate: '5%',
      task_failure_rate: '10%',
    },
    upstream,
    services: renderServices(fleet, declared),
    ...Object.fromEntries(targets),
    ...Object.fromEntries(others),
  }
  return stringify(document, { lineWidth: 0 })
}

/** What is not declared cannot be depended on: the configuration would be refused. */
function renderServices(fleet: Fleet, declared: readonly string[]): readonly Target[] {
  const known = new Set([...declared, ...catalogue.services.map(({ name }) => name)])
  return catalogue.services.map(({ name, needs }) => ({
    name,
    url: `${fleet.services[name] ?? ''}/health`,
    depends_on: needs
      .filter((need) => known.has(need.name))
      .map((need) => (need.strength === 'hard' ? need.name : { name: need.name, strength: need.strength })),
  }))
}
