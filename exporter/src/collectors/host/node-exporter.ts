// Whether node_exporter runs on this machine.
import { loadHttpClient } from '../../packages.ts'
import type { Round } from '../collector.ts'
import { hasPassed } from '../elapsed.ts'

const askEverySeconds = 300
const limitMilliseconds = 300

/** Asked now and then; the answer in between is the last one. */
export function createNodeExporterCheck(url: string): (round: Round) => Promise<boolean> {
  let askedAt = Number.NEGATIVE_INFINITY
  let isThere = false
  return async ({ now }) => {
    if (!hasPassed(askEverySeconds, { at: askedAt, now })) return isThere
    askedAt = now
    isThere = await looksLikeNodeExporter(url)
    return isThere
  }
}

async function looksLikeNodeExporter(url: string): Promise<boolean> {
  try {
    const { request } = loadHttpClient()
    const { statusCode, body } = await request(url, { signal: AbortSignal.timeout(limitMilliseconds) })
    const text = statusCode === 200 ? await firstPart(body) : ''
    body.destroy()
    return /^node_\w+/m.test(text)
  } catch {
    // Nobody there, as on most machines.
    return false
  }
}

// Runtime metrics of Go come first on its page, some 15 kB of them.
const enoughLength = 65_536

async function firstPart(body: AsyncIterable<Buffer>): Promise<string> {
  let text = ''
  for await (const chunk of body) {
    text += chunk.toString()
    if (text.length >= enoughLength) break
  }
  return text
}
