// Following a path through data and through the schema.
import type { z } from 'zod'
import type { Path } from './problem.ts'

export function valueAt(data: unknown, path: Path): unknown {
  let value = data
  for (const key of path) {
    if (value === null || typeof value !== 'object') return undefined
    value = (value as Record<PropertyKey, unknown>)[key]
  }
  return value
}

interface Node {
  readonly properties?: Readonly<Record<string, Node>>
  readonly items?: Node
  readonly additionalProperties?: Node | boolean
  readonly anyOf?: readonly Node[]
  readonly oneOf?: readonly Node[]
  readonly allOf?: readonly Node[]
}

/** The keys that a JSON schema knows at `path`, over all alternatives. */
export function keysAt(schema: z.core.JSONSchema.BaseSchema, path: Path): string[] {
  let nodes = alternatives(schema as Node)
  for (const key of path) nodes = nodes.flatMap((node) => step(node, key)).flatMap(alternatives)
  return [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))]
}

function step(node: Node, key: PropertyKey): Node[] {
  if (typeof key === 'number') return node.items ? [node.items] : []
  const named = node.properties?.[String(key)]
  if (named) return [named]
  return typeof node.additionalProperties === 'object' ? [node.additionalProperties] : []
}

function alternatives(node: Node): Node[] {
  const inner = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])]
  return [node, ...inner.flatMap(alternatives)]
}
