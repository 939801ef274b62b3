// The API described in OpenAPI 3.1, from the same schemas and routes that serve it.
import { z } from 'zod'
import { problem } from './models.ts'
import type { Endpoint } from './routes.ts'

export function describeApi(endpoints: readonly Endpoint[], version: string): object {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Watchpost',
      version,
      description: 'What Watchpost found of the fleet in its last round. Read only. Null is "not known".',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: Object.fromEntries(
      endpoints.map((endpoint) => [endpoint.path, { get: describeEndpoint(endpoint) }]),
    ),
  }
}

function describeEndpoint({ path, summary, answer, parameters = {} }: Endpoint): object {
  return {
    operationId: path.replace('/api/', '').replaceAll(/[/-]/g, '_'),
    summary,
    parameters: Object.entries(parameters).map(([name, { min, max, default: fallback, description }]) => ({
      name,
      in: 'query',
      description,
      schema: { type: 'integer', minimum: min, maximum: max, default: fallback },
    })),
    responses: {
      200: { description: summary, content: { 'application/json': { schema: schemaOf(answer) } } },
      default: {
        description: 'What was wrong.',
        content: { 'application/problem+json': { schema: schemaOf(problem) } },
      },
    },
  }
}

function schemaOf(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', reused: 'inline' })
  return rest
}
