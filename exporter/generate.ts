// Makes the files that follow from the schema and the declarations: the editor schema, two pages of the docs, the API's description.
import { collectors } from './src/collectors/all.ts'
import { targetMetrics } from './src/collectors/target-families.ts'
import { jsonSchema } from './src/config/schema.ts'
import { describeApi } from './src/http/api/openapi.ts'
import { pageMetrics } from './src/http/page.ts'
import type { Metric } from './src/metrics/metric.ts'
import { version } from './src/version.ts'

/** Paths from the root of the repository to contents. */
export async function generate(): Promise<Record<string, string>> {
  return {
    'exporter/watchpost.schema.json': `${JSON.stringify(jsonSchema(collectors), undefined, 2)}\n`,
    'docs/configuration.md': renderConfiguration(jsonSchema(collectors) as Node),
    'docs/metrics.md': renderMetrics(),
    'docs/openapi.json': `${JSON.stringify(describeApi(version), undefined, 2)}\n`,
  }
}

function renderMetrics(): string {
  const parts = [
    ['targets', 'Of every target alike', targetMetrics],
    ...collectors.map((collector) => [collector.name, '', collector.metrics] as const),
    ['watchpost', 'Of Watchpost itself', pageMetrics],
  ] as const
  const sections = parts.map(([name, title, metrics]) => {
    const rows = metrics.map(renderMetric).join('\n')
    return `## ${name}\n\n${title === '' ? '' : `${title}.\n\n`}| metric | type | labels | meaning |\n|---|---|---|---|\n${rows}\n`
  })
  return `# Metrics\n\nGenerated from the declarations by \`npm run generate\`. A sample that is not known is absent: never 0, never NaN.\n\n${sections.join('\n')}`
}

function renderMetric({ name, type, labels, help }: Metric): string {
  const shown = labels.map((label) => `\`${label}\``).join(', ')
  return `| \`${name}\` | ${type} | ${shown} | ${escapeCell(help)} |`
}

interface Node {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Node>>
  readonly items?: Node
  readonly additionalProperties?: Node | boolean
  readonly anyOf?: readonly Node[]
  readonly oneOf?: readonly Node[]
}

function renderConfiguration(root: Node): string {
  const sections = Object.entries(root.properties ?? {}).map(([name, node]) => {
    const rows = keyRows(node, '', 0)
    const table =
      rows.length === 0
        ? ''
        : `\n| key | takes | default | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`
    return `## ${name}\n\n${node.description ?? ''}\n${table}`
  })
  return `# Configuration\n\nGenerated from the schema by \`npm run generate\`. One YAML file; an unknown key is an error, and \`watchpost check\` names all errors at once.\n\`\${NAME}\` and \`\${NAME:-default}\` inside a value are filled in from the environment. Paths in \`*_file\` keys are relative to the file.\n\n${sections.join('\n')}`
}

const maxDepth = 6

function keyRows(node: Node, prefix: string, depth: number): string[] {
  if (depth > maxDepth) return []
  const variants = [...(node.anyOf ?? []), ...(node.oneOf ?? [])]
  const own = Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`
    return [keyRow(path, child, node.required?.includes(key) ?? false), ...keyRows(child, path, depth + 1)]
  })
  const inner = [
    ...(node.items ? keyRows(node.items, `${prefix}[]`, depth) : []),
    ...(typeof node.additionalProperties === 'object'
      ? keyRows(node.additionalProperties, `${prefix}.*`, depth + 1)
      : []),
    ...variants.flatMap((variant) => keyRows(variant, prefix, depth)),
  ]
  return [...new Set([...own, ...inner])]
}

function keyRow(path: string, node: Node, required: boolean): string {
  const fallback =
    node.default === undefined ? (required ? 'required' : '') : `\`${JSON.stringify(node.default)}\``
  return `| \`${path}\` | ${escapeCell(takes(node))} | ${fallback} | ${escapeCell(node.description ?? '')} |`
}

function takes(node: Node): string {
  if (node.const !== undefined) return JSON.stringify(node.const)
  if (node.enum) return node.enum.map(String).join(', ')
  const variants = [...(node.anyOf ?? []), ...(node.oneOf ?? [])]
  if (variants.length > 0) return [...new Set(variants.map(takes))].join(' or ')
  if (node.type === 'array') return node.items ? `list of ${takes(node.items)}` : 'list'
  const names: Readonly<Record<string, string>> = { string: 'text', object: 'map', integer: 'whole number' }
  const types = typeof node.type === 'string' ? [node.type] : (node.type ?? ['anything'])
  return types.map((type) => names[type] ?? type).join(' or ')
}

function escapeCell(text: string): string {
  return text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ')
}
