// What blackbox_exporter's dashboards ask of probes other than HTTP, from real probes of real servers.
import { createServer as createHttp2Server } from 'node:http2'
import { createServer as createTlsServer } from 'node:tls'
import { expect, test } from 'vitest'
import { endpoints } from '../collectors/endpoints/endpoints.ts'
import { renderPage } from '../metrics/exposition.ts'
import { probeOne } from '../round.ts'
import type { SingleProbe } from '../round.ts'
import { createIdentity } from '../../../demo/certificate.ts'
import { serveDns } from '../probes/testing/name-server.ts'
import { listen, serveTcp } from '../probes/testing/servers.ts'
import { probeFamilies } from './probe-families.ts'
import { describeProbe } from './trace.ts'
import { collectorContext } from '../../../test/harness/collector.ts'

async function probe(endpoint: object): Promise<SingleProbe> {
  const section = endpoints.schema.parse([{ name: 'it', ...endpoint }])
  const { targets } = endpoints.create(section, collectorContext())
  const watch = targets?.get('it')
  if (!watch) throw new Error('the endpoint is not there')
  return probeOne(watch, 2, 7)
}

function pageOf(single: SingleProbe): string {
  return renderPage(probeFamilies(single, 2), 'text').toString()
}

test('a TCP endpoint with TLS shows its certificate, also one that is not trusted', async () => {
  const { cert, key } = createIdentity({ name: 'mail', hosts: ['mail.example', '127.0.0.1'] })
  const port = await listen(createTlsServer({ cert, key }, (socket) => socket.end()))
  const single = await probe({ probe: 'tcp', address: `127.0.0.1:${port}`, tls: {} })
  const page = pageOf(single)
  expect(page).toMatch(/^probe_success 0$/m)
  expect(page).toMatch(/^probe_ip_protocol 4$/m)
  expect(page).toMatch(/^probe_ip_addr_hash \d+$/m)
  expect(page).toMatch(/^probe_ssl_earliest_cert_expiry \d+$/m)
  expect(page).toMatch(/^probe_tls_version_info\{version="TLS 1\.3"\} 1$/m)
  expect(page).toContain('subjectalternative="mail.example"}')
  expect(page).not.toContain('probe_http_')
  expect(describeProbe(single)).toMatch(/^certificate +NOT verified, valid from /m)
})

test('a conversation is shown with what was said', async () => {
  const port = await serveTcp((socket) => socket.write('220 mail\r\nsecond\u0007line\r\n'))
  const single = await probe({ probe: 'tcp', address: `127.0.0.1:${port}`, steps: [{ expect: '^220' }] })
  expect(describeProbe(single)).toContain(
    'answer       23 bytes from 127.0.0.1\n             220 mail\n             second·line\n',
  )
  expect(pageOf(single)).toMatch(/^probe_success 1$/m)
})

test('something else than was expected is a failed pattern, silence is not', async () => {
  const steps = [{ expect: '^220' }]
  const wrong = await serveTcp((socket) => socket.end('554 go away\r\n'))
  const page = pageOf(await probe({ probe: 'tcp', address: `127.0.0.1:${wrong}`, steps }))
  expect(page).toContain('probe_failed_due_to_regex 1\n')
  const silent = await serveTcp(() => {})
  const quiet = pageOf(await probe({ probe: 'tcp', address: `127.0.0.1:${silent}`, steps, timeout: '200ms' }))
  expect(quiet).toContain('probe_failed_due_to_regex 0\n')
  expect(quiet).toContain('probe_failed_due_to_bytes 0\n')
})

test('a gRPC server shows its status and what it says of itself', async () => {
  const server = createHttp2Server().on('stream', (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.end(Buffer.from([0, 0, 0, 0, 2, 8, 2]))
  })
  const single = await probe({ probe: 'grpc', address: `127.0.0.1:${await listen(server)}` })
  const page = pageOf(single)
  for (const line of [
    'probe_success 0',
    'probe_grpc_status_code 0',
    'probe_grpc_ssl 0',
    'probe_grpc_healthcheck_response{serving_status="NOT_SERVING"} 1',
    'probe_grpc_healthcheck_response{serving_status="SERVING"} 0',
    'probe_grpc_duration_seconds{phase="resolve"} 0',
  ]) {
    expect(page).toContain(`${line}\n`)
  }
  expect(page).toMatch(/^probe_grpc_duration_seconds\{phase="check"\} 0\.0/m)
  expect(describeProbe(single)).toMatch(/^answer +not_serving \(gRPC status 0, HTTP status 200\) from 127/m)
})

test('a name server shows how many records it gave, and which', async () => {
  const { host, port } = await serveDns({ records: [Buffer.from([192, 0, 2, 7])] })
  const single = await probe({ probe: 'dns', query: 'shop.example', server: `${host}:${port}` })
  const page = pageOf(single)
  for (const line of [
    'probe_dns_query_succeeded 1',
    'probe_dns_answer_rrs 1',
    'probe_dns_authority_rrs 0',
    'probe_dns_additional_rrs 0',
    'probe_dns_duration_seconds{phase="resolve"} 0',
    'probe_dns_duration_seconds{phase="connect"} 0',
    'probe_ip_protocol 4',
  ]) {
    expect(page).toContain(`${line}\n`)
  }
  expect(page).toMatch(/^probe_dns_duration_seconds\{phase="request"\} 0\.0/m)
  expect(page).not.toContain('probe_dns_serial')
  expect(describeProbe(single)).toMatch(/^answer +192\.0\.2\.7$/m)
})

test('a name that is not there is an answer all the same', async () => {
  const { host, port } = await serveDns({ code: 3 })
  const page = pageOf(await probe({ probe: 'dns', query: 'shop.example', server: `${host}:${port}` }))
  expect(page).toContain('probe_success 0\n')
  expect(page).toContain('probe_dns_query_succeeded 1\n')
})
