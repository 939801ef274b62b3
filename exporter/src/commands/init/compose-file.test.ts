import { expect, test } from 'vitest'
import { readComposeFile, readPort } from './compose-file.ts'

test.each([
  ['3000', { container: 3000, published: undefined }],
  ['8080:80', { container: 80, published: '127.0.0.1:8080' }],
  ['0.0.0.0:8080:80/tcp', { container: 80, published: '127.0.0.1:8080' }],
  ['10.0.0.5:8080:80', { container: 80, published: '10.0.0.5:8080' }],
  ['[::1]:8080:80', { container: 80, published: '[::1]:8080' }],
  ['3000-3005:4000-4005', { container: 4000, published: '127.0.0.1:3000' }],
  ['127.0.0.1::80', undefined],
  ['53:53/udp', undefined],
  ['nonsense', undefined],
])('the port %s is %j', (text, port) => {
  expect(readPort(text)).toEqual(port)
})

test('long and short forms, anchors and variables are read as Compose reads them', () => {
  const text = `
x-common: &common { image: 'shop:\${TAG:-1.0}' }
services:
  a:
    <<: *common
    ports: [{ target: 80, published: '\${PORT}' }, { target: 53, protocol: udp }, 9]
    environment: [A=b=c, ONLY]
    depends_on: { b: { condition: service_healthy } }
  b: { image: '$$x', environment: { A: 1, B: null, C: true }, healthcheck: { test: curl x }, depends_on: [a] }
  c:
`
  expect(readComposeFile(text, { PORT: '8080' }).services).toMatchObject({
    a: {
      image: 'shop:1.0',
      ports: ['8080:80/tcp', '53/udp', '9'],
      environment: { A: 'b=c', ONLY: '' },
      depends_on: { b: 'service_healthy' },
    },
    b: {
      image: '$x',
      environment: { A: '1', B: '', C: 'true' },
      healthcheck: { test: ['curl x'] },
      depends_on: { a: 'service_started' },
    },
    c: { image: '', ports: [] },
  })
})

test.each([
  ['- a\n', 'expected a docker-compose file with services'],
  ['services: { a: { ports: yes } }\n', 'services.a.ports'],
  ['services: {a: [\n', 'Flow sequence'],
])('%j is refused with what is wrong', (text, why) => {
  expect(() => readComposeFile(text, {})).toThrow(why)
})
