import { z } from 'zod'

/** `host:port`, with an IPv6 address in brackets, as its parts. */
export const address = z.string({ error: 'expected HOST:PORT' }).transform((text, context) => {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(text)
  const [host, port] = [match?.[1] ?? match?.[2], Number(match?.[3])]
  if (host !== undefined && port > 0 && port <= 65_535) return Object.freeze({ text, host, port })
  context.addIssue({ code: 'custom', message: 'expected HOST:PORT' })
  return z.NEVER
})
