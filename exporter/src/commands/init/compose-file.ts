// A docker-compose file as far as it tells what there is to watch.
import { parse } from 'yaml'
import { z } from 'zod'

const portForm = z.union([
  z.string(),
  z.number().transform(String),
  z
    .object({
      target: z.coerce.string(),
      published: z.coerce.string().optional(),
      protocol: z.string().default('tcp'),
    })
    .transform(({ target, published, protocol }) =>
      [published === undefined ? target : `${published}:${target}`, protocol].join('/'),
    ),
])

const words = z.union([z.string().transform((text) => [text]), z.array(z.coerce.string())])

const service = z.object({
  image: z.string().default(''),
  ports: z.array(portForm).default([]),
  expose: z.array(z.coerce.string()).default([]),
  environment: z
    .union([
      z.record(
        z.string(),
        z.union([
          z.string(),
          z.number().transform(String),
          z.boolean().transform(String),
          z.null().transform(() => ''),
        ]),
      ),
      z
        .array(z.string())
        .transform((lines) =>
          Object.fromEntries(lines.map((line) => [line.split('=')[0] ?? '', line.replace(/^[^=]*=?/, '')])),
        ),
    ])
    .default({}),
  healthcheck: z.object({ test: words.default([]) }).default({ test: [] }),
  depends_on: z
    .union([
      z
        .array(z.string())
        .transform((names) => Object.fromEntries(names.map((name) => [name, 'service_started']))),
      z.record(
        z.string(),
        z
          .object({ condition: z.string().default('service_started') })
          .transform(({ condition }) => condition),
      ),
    ])
    .default({}),
})

const file = z.object({
  services: z.record(
    z.string(),
    service.nullable().transform((one) => one ?? service.parse({})),
  ),
})

export type ComposeService = z.output<typeof service>
export type ComposeFile = z.output<typeof file>

/** Throws what is wrong with it, for a person. */
export function readComposeFile(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): ComposeFile {
  const document = fill(parse(text, { merge: true, maxAliasCount: 50 }), environment)
  const parsed = file.safeParse(document)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Error(
    `expected a docker-compose file with services, but ${issue?.path.join('.') || 'it'}: ${issue?.message ?? ''}`,
  )
}

/** Variables in values, as Compose fills them in: `$A`, `${A}`, `${A:-default}`, `${A?message}`, `$$`. */
function fill(value: unknown, environment: Readonly<Record<string, string | undefined>>): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/\$\$|\$\w+|\$\{[^}]*\}/g, (place) => fillPlace(place, environment))
  }
  if (Array.isArray(value)) return value.map((each) => fill(each, environment))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each, environment)]))
}

function fillPlace(place: string, environment: Readonly<Record<string, string | undefined>>): string {
  if (place === '$$') return '$'
  const [, name = '', operator = '', rest = ''] = /^\$\{?(\w+)(:?[-?+])?(.*?)\}?$/s.exec(place) ?? []
  const found = environment[name]
  const isThere = found !== undefined && !(operator.startsWith(':') && found === '')
  if (operator.endsWith('+')) return isThere ? rest : ''
  if (isThere) return found
  return operator.endsWith('-') ? rest : ''
}

export interface Port {
  readonly container: number
  /** Where it is reached from this machine; undefined when it is not published. */
  readonly published: string | undefined
}

/** `3000`, `8080:80`, `127.0.0.1:8080:80/tcp`, and the first of a range; what is not TCP is nothing to connect to. */
export function readPort(text: string): Port | undefined {
  const [, address, outside, inside, protocol = 'tcp'] =
    /^(?:(\[[\da-fA-F:]+\]|\d+\.[\d.]+):)?(?:(\d+)(?:-\d+)?:)?(\d+)(?:-\d+)?(?:\/(\w+))?$/.exec(text) ?? []
  if (inside === undefined || protocol !== 'tcp') return undefined
  const host = address === undefined || /^(?:0\.0\.0\.0|\[::\])$/.test(address) ? '127.0.0.1' : address
  return { container: Number(inside), published: outside === undefined ? undefined : `${host}:${outside}` }
}
