import { TLSSocket } from 'node:tls'
import { expect, test } from 'vitest'
import { probeTcp } from './tcp.ts'
import type { TcpOutcome, TcpRequest } from './tcp.ts'
import { createIdentity } from '../../../demo/certificate.ts'
import { serveTcp } from './testing/servers.ts'
import type { TlsOptions } from './connection/tls.ts'

const never = new AbortController().signal

function probe(port: number, more: Partial<TcpRequest> = {}): Promise<TcpOutcome> {
  return probeTcp({ host: '127.0.0.1', port, timeoutSeconds: 0.3, ...more }, never)
}

test('an open port is enough when nothing is to be said', async () => {
  const outcome = await probe(await serveTcp(() => {}))
  expect(outcome).toMatchObject({ failure: undefined, received: '', remoteAddress: '127.0.0.1' })
  expect(Object.keys(outcome.phases)).toEqual(['connect'])
})

test('a closed port is a connect failure', async () => {
  expect(await probe(1)).toMatchObject({ failure: 'connect' })
})

test('a conversation goes step by step, however the bytes are cut', async () => {
  const port = await serveTcp((socket) => {
    socket.write('22')
    setTimeout(() => socket.write('0 hello\r\n'), 20)
    socket.on('data', (bytes) =>
      socket.write(bytes.toString() === 'QUIT\r\n' ? '221 bye\r\n' : '500 what\r\n'),
    )
  })
  const steps = [{ expect: /^220 .*\r\n$/ }, { send: 'QUIT\r\n', expect: /^221/ }]
  expect(await probe(port, { steps })).toMatchObject({ failure: undefined, received: '221 bye\r\n' })
})

test('what comes may be of any script, cut within a character, or no text at all', async () => {
  const port = await serveTcp((socket) => {
    const hello = Buffer.from('服務正常\n')
    socket.write(hello.subarray(0, 4))
    setTimeout(() => socket.write(hello.subarray(4)), 20)
    socket.on('data', () => socket.write(Buffer.from([0xff, 0x00, 0xfe])))
  })
  const steps = [{ expect: /^服務正常/ }, { send: 'x', expect: /^\xff\0\xfe$/ }]
  expect(await probe(port, { steps })).toMatchObject({ failure: undefined })
})

test('what was not expected is a failure: silence by the deadline, a close at once, a flood at the limit', async () => {
  const steps = [{ expect: /^220 / }]
  const silent = await serveTcp(() => {})
  expect(await probe(silent, { steps })).toMatchObject({ failure: 'timeout' })
  const closing = await serveTcp((socket) => socket.end('554 no\r\n'))
  expect(await probe(closing, { steps })).toMatchObject({
    failure: 'error',
    received: '554 no\r\n',
    detail: 'the connection was closed before anything that matches ^220 ',
  })
  const flood = await serveTcp((socket) => socket.write(Buffer.alloc(1_000_000, 'x')))
  expect(await probe(flood, { steps })).toMatchObject({ failure: 'size' })
})

test('a server that goes over to TLS when asked shows its certificate, also one that is not trusted', async () => {
  const identity = createIdentity({ name: 'mail', hosts: ['127.0.0.1'] })
  const port = await serveTcp((socket) => {
    socket.write('220 ready\r\n')
    socket.once('data', () => {
      socket.write('220 go\r\n')
      const secure = new TLSSocket(socket, { isServer: true, cert: identity.cert, key: identity.key })
      secure.on('error', () => {})
      secure.on('data', () => secure.write('250 ok\r\n'))
    })
  })
  const steps = (startTls: TlsOptions) => [
    { expect: /^220/ },
    { send: 'STARTTLS\r\n', expect: /^220/, startTls },
    { send: 'EHLO\r\n', expect: /^250/ },
  ]
  expect(await probe(port, { steps: steps({}) })).toMatchObject({
    failure: 'tls',
    certificate: { verified: false, subject: 'CN=mail' },
  })
  const lenient = await probe(port, { steps: steps({ insecure_skip_verify: true }) })
  expect(lenient).toMatchObject({ failure: undefined, received: '250 ok\r\n', tlsVersion: 'TLSv1.3' })
  expect(Object.keys(lenient.phases)).toEqual(['connect', 'processing', 'tls'])
})
