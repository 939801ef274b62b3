// The body of the Docker Engine's logs endpoint: frames of two streams, or plain text where there is a terminal.

const headerBytes = 8
/** Standard input, output and error, and what the engine itself has to say. */
const lastStream = 3

/** The lines of both streams in the order in which they were written; a line that was cut off counts as one. */
export function readLogLines(body: Buffer): readonly string[] {
  const text = (readFrames(body) ?? body).toString('utf8')
  return text.split(/\r\n|[\r\n]/).filter((line) => line.trim() !== '')
}

/** Undefined where these are no frames: a container with a terminal writes one stream without any. */
function readFrames(body: Buffer): Buffer | undefined {
  const parts: Buffer[] = []
  let at = 0
  while (at + headerBytes <= body.length) {
    const isHeader = body.readUInt8(at) <= lastStream && body.readUIntBE(at + 1, 3) === 0
    if (!isHeader) return undefined
    const start = at + headerBytes
    at = start + body.readUInt32BE(at + 4)
    parts.push(body.subarray(start, at))
  }
  // Of what was cut off in the midst of a header nothing is left.
  return parts.length === 0 ? undefined : Buffer.concat(parts)
}
