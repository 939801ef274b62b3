// The `tls` key of whatever is asked over TLS.
import { z } from 'zod'
import { readableFile } from './secret.ts'

export const tls = z
  .strictObject({
    ca_file: readableFile('a PEM file of certificate authorities')
      .optional()
      .describe('Whom to trust instead of the usual authorities.'),
    cert_file: readableFile('a PEM file of a certificate').optional().describe('The certificate we present.'),
    key_file: readableFile('a PEM file of a key')
      .optional()
      .describe('The key of the certificate we present.'),
    server_name: z
      .string()
      .min(1)
      .optional()
      .describe('The name that the certificate must have, where it is not the host of the URL.'),
    min_version: z
      .enum(['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'])
      .optional()
      .describe('The oldest version of TLS that is accepted.'),
    insecure_skip_verify: z
      .boolean()
      .optional()
      .describe('Accept any certificate; whether it could be verified is still reported.'),
  })
  .refine(({ cert_file, key_file }) => (cert_file === undefined) === (key_file === undefined), {
    error: 'expected cert_file and key_file together',
  })

/** Whether the URL of a Postgres server says itself how TLS is spoken; then `tls` would say it twice. */
export function hasTlsParameter(url: string): boolean {
  return [...new URL(url).searchParams.keys()].some((key) => /^ssl(?!negotiation$)/.test(key))
}

export const toldTwice = 'expected either tls or the ssl parameters of the URL'
