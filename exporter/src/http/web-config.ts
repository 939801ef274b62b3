// --web.config.file in the shape of Prometheus' exporter-toolkit: who may ask us, and over what.
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { SecureContextOptions, TlsOptions } from 'node:tls'
import { z } from 'zod'
import { readDocument } from '../config/document.ts'
import { describeIssues } from '../config/issue.ts'
import type { Problem } from '../config/problem.ts'
import { keysAt } from '../config/walk.ts'
import { duration } from '../schema/duration.ts'

const versions = { TLS10: 'TLSv1', TLS11: 'TLSv1.1', TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' } as const
const version = z.enum(['TLS10', 'TLS11', 'TLS12', 'TLS13'])
const clientAuth = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const
const headers = z
  .strictObject({
    'Content-Security-Policy': z.string(),
    'Strict-Transport-Security': z.string(),
    'X-Content-Type-Options': z.string(),
    'X-Frame-Options': z.string(),
    'X-XSS-Protection': z.string(),
  })
  .partial()

/** As Go names them, and as OpenSSL does. */
const curves = {
  CurveP256: 'P-256',
  CurveP384: 'P-384',
  CurveP521: 'P-521',
  X25519: 'X25519',
  X25519MLKEM768: 'X25519MLKEM768',
} as const
const curve = z.enum(['CurveP256', 'CurveP384', 'CurveP521', 'X25519', 'X25519MLKEM768'])
const filled = z.string().min(1)

const tlsServer = z
  .strictObject({
    cert: filled.optional(),
    cert_file: filled.optional(),
    key: filled.optional(),
    key_file: filled.optional(),
    client_auth_type: z.enum(clientAuth).default('NoClientCert'),
    client_ca: filled.optional(),
    client_ca_file: filled.optional(),
    client_allowed_sans: z.array(filled).optional(),
    min_version: version.default('TLS12'),
    max_version: version.default('TLS13'),
    cipher_suites: z.array(filled).optional(),
    curve_preferences: z.array(curve).optional(),
    prefer_server_cipher_suites: z.boolean().default(true),
  })
  .superRefine((given, context) => {
    for (const key of ['cert', 'key'] as const) {
      if ((given[key] === undefined) !== (given[`${key}_file`] === undefined)) continue
      context.addIssue({
        code: 'custom',
        path: [`${key}_file`],
        message: `expected either ${key} or ${key}_file`,
      })
    }
    if (given.min_version > given.max_version) {
      const message = 'expected a version not older than min_version'
      context.addIssue({ code: 'custom', path: ['max_version'], message })
    }
    const hasAuthority = given.client_ca !== undefined || given.client_ca_file !== undefined
    if (hasAuthority || !given.client_auth_type.includes('Verify')) return
    const message = 'expected the path of the authority that client certificates are verified with'
    context.addIssue({ code: 'custom', path: ['client_ca_file'], message })
  })

const bcryptHash = z
  .string({ error: 'expected a bcrypt hash' })
  .regex(/^\$2[aby]\$\d{2}\$[./A-Za-z0-9]{53}$/, 'expected a bcrypt hash')

const webConfig = z.strictObject({
  tls_server_config: tlsServer.optional(),
  http_server_config: z
    .strictObject({
      http2: z.boolean().optional(),
      headers: headers.default({}),
    })
    .optional(),
  basic_auth_users: z.record(z.string().min(1), bcryptHash).default({}),
  rate_limit: z.strictObject({ interval: duration, burst: z.int().min(1).default(1) }).optional(),
  auth_excluded_paths: z.array(z.string().startsWith('/')).default([]),
})

export type WebConfig = z.output<typeof webConfig>

export function parseWebConfig(file: string, text: string): WebConfig | readonly Problem[] {
  const document = readDocument({ file, text, directory: dirname(file), environment: {} })
  if (document.problems.length > 0) return document.problems
  const parsed = webConfig.safeParse(document.data ?? {})
  if (parsed.success) return parsed.data
  const keys = (path: readonly PropertyKey[]): string[] =>
    keysAt(z.toJSONSchema(webConfig, { io: 'input' }), path)
  const describe = { value: () => '<hidden>', source: () => undefined, keys }
  const findings = describeIssues(parsed.error.issues, describe)
  // Values are left out: half of this file is secrets.
  return findings.map(({ path, message, onKey }) =>
    document.problem(path, message.replace(/, got .*$/, ''), onKey),
  )
}

/** What Node's TLS server is told, by the files as they are now. */
export function tlsOptions(
  config: NonNullable<WebConfig['tls_server_config']>,
): TlsOptions & SecureContextOptions {
  const asks = config.client_auth_type !== 'NoClientCert'
  const authority = config.client_ca ?? read(config.client_ca_file)
  return {
    cert: config.cert ?? read(config.cert_file),
    key: config.key ?? read(config.key_file),
    ...(authority === undefined ? {} : { ca: authority }),
    requestCert: asks,
    // VerifyClientCertIfGiven and RequireAnyClientCert are judged by us, request by request.
    rejectUnauthorized: config.client_auth_type === 'RequireAndVerifyClientCert',
    minVersion: versions[config.min_version],
    maxVersion: versions[config.max_version],
    honorCipherOrder: config.prefer_server_cipher_suites,
    ...(config.cipher_suites ? { ciphers: config.cipher_suites.join(':') } : {}),
    ...(config.curve_preferences
      ? { ecdhCurve: config.curve_preferences.map((name) => curves[name]).join(':') }
      : {}),
  }
}

function read(file: string | undefined): Buffer | undefined {
  return file === undefined ? undefined : readFileSync(file)
}
