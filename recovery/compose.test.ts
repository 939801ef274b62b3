import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { allows } from '../test/harness/socket-proxy.ts'

const text = readFileSync(new URL('compose.yml', import.meta.url), 'utf8')

/** The command of the proxy as Compose makes it for these containers. */
function proxyFor(containers: string | undefined): readonly string[] {
  const filled = text.replaceAll('${RECOVERY_CONTAINERS:-none}', containers ?? 'none')
  const { services } = parse(filled) as { services: { 'socket-proxy': { command: string[] } } }
  return services['socket-proxy'].command
}

test('recovery may look at and restart the named containers', () => {
  const command = proxyFor('shop|cart')
  expect(allows(command, 'GET', '/_ping')).toBe(true)
  expect(allows(command, 'GET', '/v1.51/containers/cart/json')).toBe(true)
  expect(allows(command, 'POST', '/v1.51/containers/shop/restart')).toBe(true)
})

test.each([
  ['GET', '/v1.51/containers/json'],
  ['GET', '/v1.51/containers/database/json'],
  ['GET', '/_ping/../v1.51/containers/database/json'],
  ['GET', '/v1.51/images/x/v1.51/containers/shop/json'],
  ['GET', '/v1.51/containers/shop/logs'],
  ['POST', '/v1.51/containers/database/restart'],
  ['POST', '/v1.51/containers/database/../shop/restart'],
  ['POST', '/v1.51/containers/shop/stop'],
  ['POST', '/v1.51/containers/create'],
  ['DELETE', '/v1.51/containers/shop'],
])('it may not %s %s', (method, path) => {
  expect(allows(proxyFor('shop|cart'), method, path)).toBe(false)
})

test('without names nothing is restarted', () => {
  expect(allows(proxyFor(undefined), 'POST', '/v1.51/containers/shop/restart')).toBe(false)
})
