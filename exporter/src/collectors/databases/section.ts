// The `databases` section of watchpost.yml.
import { z } from 'zod'
import { timeLimit } from '../../schema/duration.ts'
import { name } from '../../schema/name.ts'
import { secret, secretFile } from '../../schema/secret.ts'
import { hasTlsParameter, tls, toldTwice } from '../../schema/tls.ts'
import { dependency } from '../dependency.ts'

const schemes = { postgres: /^postgres(?:ql)?:\/\//, redis: /^rediss?:\/\// } as const

const database = z
  .strictObject({
    name: name.describe('What the database is called in metrics, alerts and dashboards.'),
    kind: z
      .enum(['postgres', 'redis'])
      .default('postgres')
      .describe(
        'What speaks at the other end. Only postgres can be asked by tasks, statistics and data sources.',
      ),
    url: secret
      .optional()
      .describe(
        'Where it is and who asks, such as postgres://user:password@host:5432/name or redis://:password@host:6379.',
      ),
    url_file: secretFile.optional().describe('A file that holds the URL.'),
    tls: tls
      .optional()
      .describe('Speak TLS, made and judged so; without it the URL decides, by sslmode or rediss.'),
    timeout: timeLimit.optional().describe('How long a probe may take; global.timeout where it is left out.'),
    depends_on: z.array(dependency).default([]).describe('Targets that the database cannot do without.'),
  })
  .transform(({ url, url_file, ...rest }, context) => {
    const found = url ?? url_file
    const isUrl = found && schemes[rest.kind].test(found.reveal()) && URL.canParse(found.reveal())
    if (isUrl && rest.tls && hasTlsParameter(found.reveal())) {
      context.addIssue({ code: 'custom', path: ['tls'], message: toldTwice })
    }
    const fault = isUrl ? findFault(new URL(found.reveal())) : undefined
    if (fault !== undefined)
      context.addIssue({ code: 'custom', path: ['url'], message: fault, params: { secret: true } })
    if (isUrl && (url === undefined) !== (url_file === undefined)) return { ...rest, url: found }
    const message = found
      ? `expected a URL that begins with ${rest.kind}://`
      : 'expected either url or url_file'
    context.addIssue({ code: 'custom', path: ['url'], message, params: { secret: true } })
    return z.NEVER
  })

/** What is a URL to the letter, and nothing that a client could follow. */
function findFault({ username, password, searchParams }: URL): string | undefined {
  if (![username, password].every(isEncoded)) return 'expected user and password with % written as %25'
  const port = searchParams.get('port') ?? '5432'
  return /^\d{1,5}$/.test(port) && Number(port) <= 65_535 ? undefined : 'expected a number as the port'
}

function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

export const section = z.array(database).min(1).describe('Databases, asked for their state at each scrape.')

export type DatabaseSection = z.output<typeof database>
