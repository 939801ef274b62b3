// Everything that can be wrong between Watchpost and a body, each on a server of its own and all at once.
import { lookup } from 'node:dns/promises'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { createIdentity } from '../../../demo/certificate.ts'
import { freePort } from '../../../demo/programs/ports.ts'
import type { Expected, Score } from './score.ts'
import { answer, healthy, openServers } from './servers.ts'
import type { Servers } from './servers.ts'
import { saidOf, startWatch } from './watch.ts'

/** Undefined for a service that is well. */
interface Case {
  readonly service: object
  readonly cause: string | undefined
  readonly victim?: string
}

type Cases = Readonly<Record<string, Case>>

const day = 86_400_000
const on = (port: number, rest: object = {}): object => ({ url: `http://127.0.0.1:${port}/health`, ...rest })

async function answerCases({ http, text, silent }: Servers): Promise<Cases> {
  const service = async (status: number, body: string, headers = {}): Promise<object> =>
    on(await http(answer(status, body, headers)))
  return {
    well: { service: on(await http(healthy)), cause: undefined },
    refused: { service: on(await freePort()), cause: 'connection_refused', victim: 'leans_on_refused' },
    leans_on_refused: {
      service: { ...(await service(503, '{"status":"error"}')), depends_on: ['refused'] },
      cause: 'dependency',
    },
    leans_on_cache: {
      service: { ...(await service(500, '{}')), depends_on: ['cache'] },
      cause: 'dependency',
    },
    silent: { service: on(await silent()), cause: 'no_answer' },
    broken_off: { service: on(await text('', 'reset')), cause: 'broken_answer' },
    speaks_smtp: { service: on(await text('220 mail ESMTP\r\n')), cause: 'broken_answer' },
    server_error: { service: await service(500, '{}'), cause: 'server_error' },
    moved: { service: await service(404, '{}'), cause: 'unexpected_status' },
    unauthorized: { service: await service(401, '{}'), cause: 'authentication_failed' },
    forbidden: { service: await service(403, '{}'), cause: 'authentication_failed' },
    too_many: { service: await service(429, '{}'), cause: 'quota_exhausted' },
    redirected: { service: await service(302, '', { location: '/login' }), cause: 'unexpected_redirect' },
    html: { service: await service(200, '<!doctype html><p>Welcome'), cause: 'html_instead_of_json' },
    empty: { service: await service(200, ''), cause: 'empty_body' },
    not_json: { service: await service(200, 'OK, all is well'), cause: 'not_json' },
    cut_off: {
      service: on(await text('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"status":', 'reset')),
      cause: 'broken_body',
    },
    oversized: { service: await service(200, ' '.repeat(2_000_000)), cause: 'oversized_body' },
    says_error: { service: await service(200, '{"status":"error"}'), cause: 'self_reported' },
    says_degraded: { service: await service(200, '{"status":"degraded"}'), cause: 'self_reported' },
    blames_another: {
      service: await service(503, '{"status":"error","dependencies":{"billing":"down"}}'),
      cause: 'dependency',
    },
    queue_too_long: {
      service: {
        ...(await service(200, '{"status":"healthy","queue":5000}')),
        assert: [{ name: 'queue_is_short', path: '$.queue', below: 1000 }],
      },
      cause: 'assertion_failed',
    },
    memory: {
      service: await service(200, '{"status":"healthy","memory_usage":97}'),
      cause: 'service_memory_high',
    },
  }
}

async function tlsCases({ http, https }: Servers, directory: string): Promise<Cases> {
  const authority = createIdentity({ name: 'proof authority', isAuthority: true })
  const ca_file = join(directory, 'authority.pem')
  await writeFile(ca_file, authority.cert)
  const signed = { issuer: authority, hosts: ['localhost'] }
  const past = { notBefore: new Date(Date.now() - 9 * day), notAfter: new Date(Date.now() - day) }
  const future = { notBefore: new Date(Date.now() + day), notAfter: new Date(Date.now() + 9 * day) }
  const serve = async (identity: { readonly cert: string; readonly key: string }): Promise<object> => {
    const port = await https({ cert: identity.cert, key: identity.key }, healthy)
    return { url: `https://localhost:${port}/health`, ip_family: 4, tls: { ca_file } }
  }
  const plain = await http(healthy)
  return {
    tls_well: { service: await serve(createIdentity({ name: 'well', ...signed })), cause: undefined },
    tls_expired: {
      service: await serve(createIdentity({ name: 'expired', ...signed, ...past })),
      cause: 'certificate_expired',
    },
    tls_early: {
      service: await serve(createIdentity({ name: 'early', ...signed, ...future })),
      cause: 'certificate_not_yet_valid',
    },
    tls_other_name: {
      service: await serve(createIdentity({ name: 'other', ...signed, hosts: ['other.example'] })),
      cause: 'certificate_name_mismatch',
    },
    tls_self_signed: {
      service: await serve(createIdentity({ name: 'self', hosts: ['localhost'] })),
      cause: 'certificate_untrusted',
    },
    tls_not_spoken: { service: { url: `https://127.0.0.1:${plain}/health` }, cause: 'tls_handshake' },
  }
}

const unknownHost = 'no-such-host.invalid'

/** Where the machine has no resolver at all, that is what is wrong. */
async function nameCases(): Promise<Cases> {
  const code = await lookup(unknownHost).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code,
  )
  const cause = code === 'ENOTFOUND' ? 'name_not_found' : 'resolver_failed'
  return { unnamed: { service: { url: `http://${unknownHost}/health` }, cause } }
}

export async function injectWireFaults(directory: string, score: Score): Promise<void> {
  const servers = openServers()
  try {
    const cases = {
      ...(await answerCases(servers)),
      ...(await tlsCases(servers, directory)),
      ...(await nameCases()),
    }
    const services = Object.entries(cases).map(([name, { service }]) => ({ name, ...service }))
    const endpoints = [{ name: 'cache', probe: 'tcp', address: `127.0.0.1:${await freePort()}` }]
    const config = { global: { timeout: '2s' }, services, endpoints }
    const watch = await startWatch(directory, stringify(config))
    const said = await watch.look()
    await watch.stop()
    score.judge(
      { fault: 'cache', target: 'cache', cause: 'connection_refused', victim: 'leans_on_cache' },
      said,
    )
    for (const [name, { cause, victim }] of Object.entries(cases)) {
      const expected: Expected = { fault: name, target: name, cause: cause ?? '', ...(victim && { victim }) }
      if (cause === undefined) score.quiet(name, saidOf(said, name))
      else score.judge(expected, said)
    }
  } finally {
    servers.close()
  }
}

/** The same faults mean something else while nothing at all can be reached. */
export async function injectNetworkCut(directory: string, score: Score): Promise<void> {
  const servers = openServers()
  try {
    const closed = await freePort()
    const config = {
      global: { timeout: '2s' },
      connectivity: { anchors: [`127.0.0.1:${closed}`, `${unknownHost}:443`] },
      services: [
        { name: 'far_away', url: `http://${unknownHost}/health` },
        { name: 'next_door', ...on(await servers.http(healthy)) },
        { name: 'next_door_broken', ...on(await servers.http(answer(500, '{}'))) },
      ],
    }
    const watch = await startWatch(directory, stringify(config))
    const said = await watch.look()
    await watch.stop()
    const fault = 'no anchor is reached'
    score.judge({ fault, target: 'watchpost', cause: 'own_network' }, said)
    score.judge({ fault: `${fault}, nor is a target`, target: 'far_away', cause: 'own_network' }, said)
    score.judge(
      { fault: `${fault}, but a target errs`, target: 'next_door_broken', cause: 'server_error' },
      said,
    )
    score.quiet('next_door', saidOf(said, 'next_door'))
  } finally {
    servers.close()
  }
}
