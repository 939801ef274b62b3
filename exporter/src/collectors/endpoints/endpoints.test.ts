import { createServer as createHttp2Server } from 'node:http2'
import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { listen as listenOn, serveTcp } from '../../probes/testing/servers.ts'
import { endpoints } from './endpoints.ts'
import { collectorContext } from '../../../../test/harness/collector.ts'

async function listen(answer: (socket: Socket) => void): Promise<string> {
  return `127.0.0.1:${await serveTcp(answer)}`
}

async function verdicts(section: readonly object[]): Promise<unknown[]> {
  const watch = endpoints.create(endpoints.schema.parse(section), collectorContext({ timeoutSeconds: 0.5 }))
  const { targets } = await watch.collect({ signal: AbortSignal.timeout(3_000), timeoutSeconds: 3, now: 7 })
  return targets.map(({ target, kind, status, reason, info }) => [target, kind, status, reason, info['url']])
}

test('an open port is well, a closed one is not', async () => {
  const open = await listen((socket) => socket.destroy())
  expect(
    await verdicts([
      { name: 'open', probe: 'tcp', address: open },
      { name: 'closed', probe: 'tcp', address: '127.0.0.1:1' },
    ]),
  ).toEqual([
    ['open', 'service', 'healthy', 'none', `tcp://${open}`],
    ['closed', 'service', 'error', 'connect', 'tcp://127.0.0.1:1'],
  ])
})

test('a conversation must go as it is written', async () => {
  const smtp = await listen((socket) => {
    socket.write('220 mail ESMTP\r\n')
    socket.once('data', () => socket.write('250 mail\r\n'))
  })
  const steps = [{ expect: '^220 ' }, { send: 'EHLO me\r\n', expect: '^250' }]
  const other = [{ expect: '^220 ' }, { send: 'EHLO me\r\n', expect: '^550' }]
  expect(
    await verdicts([
      { name: 'mail', probe: 'tcp', address: smtp, steps },
      { name: 'other', probe: 'tcp', address: smtp, steps: other },
    ]),
  ).toEqual([
    ['mail', 'service', 'healthy', 'none', expect.any(String)],
    ['other', 'service', 'error', expect.any(String), expect.any(String)],
  ])
})

test('a name server that is not there is a failure of that endpoint alone', async () => {
  const open = await listen((socket) => socket.destroy())
  expect(
    await verdicts([
      { name: 'dns', probe: 'dns', query: 'shop.example', server: '127.0.0.1:1' },
      { name: 'open', probe: 'tcp', address: open },
    ]),
  ).toEqual([
    [
      'dns',
      'service',
      'error',
      expect.stringMatching(/^(?:dns|timeout)$/),
      'dns://127.0.0.1:1/shop.example?type=A',
    ],
    ['open', 'service', 'healthy', 'none', expect.any(String)],
  ])
})

test('what answers on a port but does not speak gRPC is in error', async () => {
  const open = await listen((socket) => socket.end('SSH-2.0-OpenSSH\r\n'))
  expect(await verdicts([{ name: 'api', probe: 'grpc', address: open }])).toEqual([
    ['api', 'service', 'error', expect.any(String), expect.any(String)],
  ])
})

test('a gRPC server is called with the metadata of the configuration, and nobody is shown it', async () => {
  const asked: unknown[] = []
  const server = createHttp2Server().on('stream', (stream, headers) => {
    asked.push(headers['authorization'])
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.end(Buffer.from([0, 0, 0, 0, 2, 8, 1]))
  })
  const address = `127.0.0.1:${await listenOn(server)}`
  const endpoint = { name: 'it', probe: 'grpc', address, metadata: { authorization: 'Bearer hush' } }
  expect(await verdicts([{ ...endpoint, ip_family: 4 }])).toEqual([
    ['it', 'service', 'healthy', 'none', `grpc://${address}`],
  ])
  expect(asked).toEqual(['Bearer hush'])
  expect(JSON.stringify(endpoints.schema.parse([endpoint]))).not.toContain('hush')
  expect(await verdicts([{ ...endpoint, ip_family: 6 }])).toEqual([
    ['it', 'service', 'error', 'dns', `grpc://${address}`],
  ])
})

test('an unknown kind of probe is refused, and HTTP shown its place', () => {
  const { error } = endpoints.schema.safeParse([{ name: 'a', probe: 'http', address: 'a:1' }])
  expect(error?.issues[0]?.message).toBe(
    'expected probe to be one of tcp, dns, grpc, icmp; what speaks HTTP belongs under services',
  )
})
