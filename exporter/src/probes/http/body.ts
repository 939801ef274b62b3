// The body as its sender meant it: content codings undone under the size cap, text by its charset.
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import { explain } from '../../log.ts'
import type { Fault } from '../outcome.ts'

type Decode = (data: Uint8Array, options: { maxOutputLength: number }) => Buffer

const decoders: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  // Some servers send the deflate coding without its zlib wrapper.
  ['deflate', (data, options) => ((data[0] ?? 0) % 16 === 8 ? inflateSync : inflateRawSync)(data, options)],
  ['br', brotliDecompressSync],
  ['zstd', zstdDecompressSync],
])

/** Nobody compresses more than twice in earnest. */
const maxCodings = 2

/** A coding that is not known passes through as it is. */
export function decodeBody(
  body: Buffer,
  contentEncoding: string | undefined,
  maxBytes: number,
): Buffer | Fault {
  if (contentEncoding === undefined) return body
  const codings = contentEncoding
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => decoders.has(coding))
  if (codings.length > maxCodings) {
    return { failure: 'body', detail: `the body is encoded ${codings.length} times` }
  }
  let decoded = body
  for (const coding of codings.toReversed()) {
    try {
      if (decoded.length > 0)
        decoded = decoders.get(coding)?.(decoded, { maxOutputLength: maxBytes }) ?? decoded
    } catch (error) {
      const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
      return isTooLarge
        ? { failure: 'size', detail: `the decoded body is larger than ${maxBytes} bytes` }
        : { failure: 'body', detail: `the body is not ${coding}: ${explain(error)}` }
    }
  }
  return decoded
}

const utf8 = new TextDecoder()

/** Bytes that are not text in the charset become U+FFFD; a charset nobody knows is read as UTF-8. */
export function decodeText(body: Uint8Array, contentType: string | undefined): string {
  const charset = /;\s*charset="?([^\s";]+)/i.exec(contentType ?? '')?.[1]?.toLowerCase()
  if (charset === undefined || charset === 'utf-8' || charset === 'utf8') return utf8.decode(body)
  try {
    return new TextDecoder(charset).decode(body)
  } catch {
    // The label is the server's, and it is wrong.
    return utf8.decode(body)
  }
}
