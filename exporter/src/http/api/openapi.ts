// The API described in OpenAPI 3.1, from the same schemas and paths that serve it.
import { z } from 'zod'
import { endpoints } from './endpoints.ts'
import type { Endpoint } from './endpoints.ts'
import { problem } from './models.ts'

export function describeApi(version: string): object {
  const schemas = new Map<string, object>()
  const paths = endpoints.map((endpoint) => [endpoint.path, { get: describeEndpoint(endpoint, schemas) }])
  return {
    openapi: '3.1.1',
    info: {
      title: 'Watchpost',
      version,
      description: 'What Watchpost found of the fleet in its last round. Read only. Null is "not known".',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    // Where the pages have users, these are the same ones; where they have none, anybody may ask.
    security: [{}, { users: [] }],
    paths: Object.fromEntries(paths) as object,
    components: {
      schemas: Object.fromEntries(schemas),
      securitySchemes: { users: { type: 'http', scheme: 'basic' } },
    },
  }
}

type Schemas = Map<string, object>

function describeEndpoint({ path, summary, answer, parameters }: Endpoint, schemas: Schemas): object {
  return {
    operationId: path
      .replace(/^\/(?:api\/)?/, '')
      .replaceAll(/[/-](\w)/g, (_, letter: string) => letter.toUpperCase()),
    summary,
    parameters: Object.entries(parameters.shape).map(([name, schema]) => describeParameter(name, schema)),
    responses: {
      200: {
        description: summary,
        content: { 'application/json': { schema: schemaOf(answer, schemas) } },
      },
      default: {
        description: 'What was wrong.',
        content: { 'application/problem+json': { schema: schemaOf(problem, schemas) } },
      },
    },
  }
}

function describeParameter(name: string, parameter: z.core.$ZodType): object {
  const { $schema: _, description, ...schema } = z.toJSONSchema(parameter, { io: 'output' })
  return { name, in: 'query', description, schema }
}

/** Schemas with a name are put among `schemas` and referred to. */
function schemaOf(answer: z.ZodType, schemas: Schemas): object {
  const text = JSON.stringify(z.toJSONSchema(answer, { io: 'input' }))
  const {
    $schema: _,
    $defs = {},
    ...schema
  } = JSON.parse(text.replaceAll('#/$defs/', '#/components/schemas/')) as {
    readonly $schema?: string
    readonly $defs?: Readonly<Record<string, object>>
  }
  for (const [name, definition] of Object.entries($defs)) schemas.set(name, definition)
  return schema
}
