// The `peers` section of watchpost.yml.
import { z } from 'zod'
import { duration } from '../../schema/duration.ts'
import { basicAuth } from '../http-request.ts'
import { httpUrl } from '../../schema/http-url.ts'
import { tls } from '../../schema/tls.ts'
import { longestKeepSeconds } from '../tasks/ping.ts'

const peer = z.strictObject({
  url: httpUrl.describe('Where the exporter is, as in http://watchpost-b:8007.'),
  basic_auth: basicAuth.optional().describe('User and password, where its pages want them.'),
  tls: tls.optional().describe('How the TLS connection is made and judged.'),
  keep: duration
    .refine((seconds) => seconds <= longestKeepSeconds, 'expected a duration of at most 7d')
    .prefault('1d')
    .describe('How long a ping that it does not take is kept and tried again.'),
})

export const section = z
  .array(peer)
  .min(1)
  .max(10)
  .superRefine((peers, context) => {
    const hosts = new Set<string>()
    for (const [index, { url }] of peers.entries()) {
      const host = hostOf(url)
      if (hosts.has(host)) {
        const message = `expected an exporter that is named once, got ${JSON.stringify(host)} again`
        context.addIssue({ code: 'custom', path: [index, 'url'], message })
      }
      hosts.add(host)
    }
  })
  .describe(
    'Other exporters that watch the same tasks: a ping that reaches this one is handed on to them. That this one is among them does no harm.',
  )

export type PeerSettings = z.output<typeof peer>

/** What it is called in labels and logs. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url
}
