// The `endpoints` section of watchpost.yml: services that do not speak HTTP.
import { z } from 'zod'
import { dnsTypes } from '../../probes/dns/record.ts'
import { address } from '../../schema/address.ts'
import { timeLimit } from '../../schema/duration.ts'
import { name } from '../../schema/name.ts'
import { secret } from '../../schema/secret.ts'
import { tls } from '../../schema/tls.ts'
import { dependency } from '../dependency.ts'
import { confirm } from '../judgement/confirmation.ts'
import { pattern } from '../judgement/pattern.ts'

const common = {
  name: name.describe('What the service is called in metrics, alerts and dashboards.'),
  timeout: timeLimit.optional().describe('How long a probe may take; global.timeout where it is left out.'),
  confirm: confirm
    .optional()
    .describe('How many of how many probes must fail before it is in error, such as 2 of 3.'),
  depends_on: z.array(dependency).default([]).describe('Targets that the service cannot do without.'),
}

const ipFamily = z
  .union([z.literal(4), z.literal(6)], { error: 'expected 4 or 6' })
  .optional()
  .describe('Use only this version of IP.')

const step = z
  .strictObject({
    send: secret.optional().describe('What to say; never shown.'),
    expect: pattern.optional().describe('What the answer must match, as a regular expression of RE2.'),
    starttls: z.boolean().default(false).describe('Go over to TLS after this step.'),
  })
  .refine(({ send, expect, starttls }) => send !== undefined || expect !== undefined || starttls, {
    error: 'expected at least one of send, expect and starttls',
  })

const tcp = z.strictObject({
  ...common,
  probe: z.literal('tcp'),
  address: address.describe('HOST:PORT.'),
  tls: tls.optional().describe('Speak TLS from the start, or from the step with starttls.'),
  ip_family: ipFamily,
  steps: z
    .array(step)
    .max(20)
    .default([])
    .describe('A conversation, step by step; an open port is enough without.'),
})

const dns = z.strictObject({
  ...common,
  probe: z.literal('dns'),
  query: z.string().min(1).max(253).describe('The name that is looked up.'),
  type: z.enum(dnsTypes).default('A').describe('The type of record.'),
  server: address
    .optional()
    .describe('The server that is asked, as HOST:PORT; those of the system where it is left out.'),
  expect: pattern.optional().describe('What one of the answers must match, as a regular expression of RE2.'),
})

const grpc = z.strictObject({
  ...common,
  probe: z.literal('grpc'),
  address: address.describe('HOST:PORT.'),
  tls: tls.optional().describe('Speak TLS.'),
  ip_family: ipFamily,
  metadata: z
    .record(
      z.string().regex(/^[a-z\d_.-]+$/, 'expected a key of lower-case letters, digits and _ . -'),
      secret,
    )
    .default({})
    .describe('Metadata of the call, such as authorization; the values are never shown.'),
  service: z
    .string()
    .min(1)
    .optional()
    .describe('The service asked about by grpc.health.v1; the whole server where it is left out.'),
})

const icmp = z.strictObject({
  ...common,
  probe: z.literal('icmp'),
  host: z
    .string()
    .min(1)
    .max(253)
    .describe("The host that is pinged, by the system's own ping; the container image has none."),
  ip_family: ipFamily,
})

export const endpoint = z.discriminatedUnion('probe', [tcp, dns, grpc, icmp], {
  error: 'expected probe to be one of tcp, dns, grpc, icmp; what speaks HTTP belongs under services',
})

export const section = z
  .array(endpoint)
  .min(1)
  .describe('Services that do not speak HTTP: TCP, DNS, gRPC, ICMP.')

export type Endpoint = z.output<typeof endpoint>
