import { expect, test } from 'vitest'
import { renderPage } from '../metrics/exposition.ts'
import { serveTcp } from '../probes/testing/servers.ts'
import { connectivity } from './connectivity.ts'
import { collectorContext } from '../../../test/harness/collector.ts'

async function pageOf(anchors: readonly string[]): Promise<string> {
  const watch = connectivity.create(
    connectivity.schema.parse({ anchors, timeout: '300ms' }),
    collectorContext({ timeoutSeconds: 1 }),
  )
  const reading = await watch.collect({ signal: AbortSignal.timeout(2_000), timeoutSeconds: 2, now: 0 })
  return renderPage(connectivity.families(reading), 'text').toString()
}

async function anchor(): Promise<string> {
  return `127.0.0.1:${await serveTcp((socket) => socket.destroy())}`
}

test('one anchor that answers is enough to see', async () => {
  const there = await anchor()
  const page = await pageOf([there, '127.0.0.1:1'])
  expect(page).toContain('watchpost_blind 0\n')
  expect(page).toContain(`watchpost_connectivity_anchor_up{anchor="${there}"} 1\n`)
  expect(page).toContain('watchpost_connectivity_anchor_up{anchor="127.0.0.1:1"} 0\n')
})

test('without any anchor we are blind', async () => {
  expect(await pageOf(['127.0.0.1:1', 'no-such-host.invalid:443'])).toContain('watchpost_blind 1\n')
})

test.each(['example.org', 'example.org:0', 'http://example.org:80', 'a b:1', ':80'])(
  '%s is no anchor',
  (text) => {
    expect(connectivity.schema.safeParse({ anchors: [text] }).success).toBe(false)
  },
)
