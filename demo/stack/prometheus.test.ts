import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { adaptConfiguration } from './prometheus.ts'

const shipped = `
global: { scrape_interval: 15s, scrape_timeout: 10s, evaluation_interval: 30s }
rule_files: [rules/*.rules.yml]
alerting: { alertmanagers: [{ static_configs: [{ targets: ['alertmanager:9093'] }] }] }
scrape_configs:
  - { job_name: watchpost, static_configs: [{ targets: ['exporter:8007'], labels: { site: one } }] }
  - { job_name: elsewhere, static_configs: [{ targets: ['elsewhere:1'] }] }
`

test('what runs here is addressed here, the rest is left out, the remainder stays', () => {
  const addresses = new Map([['exporter:8007', '127.0.0.1:1234']])
  const { configuration, factor } = adaptConfiguration(shipped, { addresses, scrapeIntervalSeconds: 3 })
  expect(factor).toBe(0.2)
  expect(parse(configuration)).toEqual({
    global: { scrape_interval: '3s', scrape_timeout: '3s', evaluation_interval: '6s' },
    rule_files: ['rules/*.rules.yml'],
    alerting: { alertmanagers: [] },
    scrape_configs: [
      { job_name: 'watchpost', static_configs: [{ targets: ['127.0.0.1:1234'], labels: { site: 'one' } }] },
    ],
  })
})

test('the shipped configuration names the parts that the stack knows', async () => {
  const text = await readFile(join(import.meta.dirname, '../../prometheus/prometheus.yml'), 'utf8')
  const known = ['exporter:8007', 'localhost:9090', 'alertmanager:9093']
  const { configuration } = adaptConfiguration(text, {
    addresses: new Map(known.map((address) => [address, address])),
    scrapeIntervalSeconds: 15,
  })
  for (const address of known) expect(configuration).toContain(address)
})
